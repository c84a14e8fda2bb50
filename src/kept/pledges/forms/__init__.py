"""What people type about a pledge: the steps, their fields, how they are read, how they are saved."""

from kept.pledges.forms.form import StepForm
from kept.pledges.forms.saving import Posted, save, take
from kept.pledges.forms.sheet import Sheet
from kept.pledges.forms.steps import BY_SLUG, STEPS, Step, number_of, step_of

__all__ = ["BY_SLUG", "STEPS", "Posted", "Sheet", "Step", "StepForm", "number_of", "save", "step_of", "take"]
