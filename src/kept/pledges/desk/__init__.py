"""The secretariat's screens for pledges: the queue, one pledge, several at once, what is put right in the open."""
