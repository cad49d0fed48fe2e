"""What is estimated from journeys: pain points, how sure they are, and who the customers are."""

from .beliefs import beliefs
from .counter_evidence import counter_evidence
from .emotions import emotion_cells, emotion_estimates, emotion_trials
from .impact import impact
from .lifts import lifts
from .persona_cards import persona_labels, persona_lifts, persona_traits
from .persona_names import note_personas
from .personas import personas
from .response_means import response_means

#: What models may name as their ``solve``.
SOLVERS = {solver.__name__: solver for solver in (
    beliefs, counter_evidence, emotion_cells, emotion_estimates, emotion_trials, impact, lifts,
    persona_labels, persona_lifts, persona_traits, personas, response_means,
)}

__all__ = ["SOLVERS", "beliefs", "counter_evidence", "emotion_cells", "emotion_estimates",
           "emotion_trials", "impact", "lifts", "note_personas",
           "persona_labels", "persona_lifts", "persona_traits", "personas", "response_means"]
