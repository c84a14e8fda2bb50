// Reads a calendar from standard input with ical.js and prints what it says: [{uid, start, end, status, sequence}] in UTC.
import ICAL from "ical.js";
let text = "";
for await (const piece of process.stdin) text += piece;
const calendar = new ICAL.Component(ICAL.parse(text));
for (const zone of calendar.getAllSubcomponents("vtimezone")) ICAL.TimezoneService.register(new ICAL.Timezone(zone));
const utc = (time) => (time ? time.toJSDate().toISOString() : null);
const found = calendar.getAllSubcomponents("vevent").map((part) => {
  const event = new ICAL.Event(part);
  const end = part.getFirstPropertyValue("dtend");
  return {
    uid: event.uid,
    title: event.summary,
    start: event.startDate.isDate ? event.startDate.toString() : utc(event.startDate),
    end: end ? (end.isDate ? end.toString() : utc(end)) : null,
    status: part.getFirstPropertyValue("status"),
    sequence: event.sequence,
  };
});
process.stdout.write(JSON.stringify(found));
