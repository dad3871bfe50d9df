"""The experiments of one assistant: who takes part now, and which of them stopped themselves."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy.exc import SQLAlchemyError

from ..events.log import EventLog
from ..recommending.recommender import Recommender
from .assign import arm_of
from .exposures import Exposure, ExposureLog, Stop
from .plan import Experiment, Plan
from .report import Report, report_of
from .trial import Artefacts, Named, Trial

log = logging.getLogger(__name__)
LOOK_EVERY = timedelta(minutes=10)


class Running:
    """Assigns visitors who agreed, keeps what they were exposed to, and looks after the guards of what may stop itself."""

    def __init__(
        self, plan: Plan, named: Named, recommender: Recommender, events: EventLog, exposures: ExposureLog
    ) -> None:
        self.plan = plan
        orders = {folder: recommender.order_by(model) for folder, model in named.interests.items()}
        self._artefacts = Artefacts(orders, named.searchers)
        self._events, self._exposures = events, exposures
        self._stops: Mapping[str, Stop] = exposures.stops()
        self._next: datetime | None = None
        self._looking: threading.Thread | None = None
        self._guard = threading.Lock()

    def trial(self, visitor: str, now: datetime, recommender: Recommender) -> Trial:
        """What a visitor who agreed gets now of this recommender: his arm of each experiment that runs and counts him."""
        self._look_when_due(now)
        arms = [(one, arm_of(one, visitor)) for one in self.plan.experiment if self.is_on(one, now)]
        assigned = [(one, arm) for one, arm in arms if arm is not None]
        return Trial(assigned, recommender, self._artefacts, visitor, now)

    def is_on(self, experiment: Experiment, now: datetime) -> bool:
        return experiment.runs(now) and experiment.name not in self._stops

    def keep(self, exposures: Sequence[Exposure]) -> None:
        """Keep them. A database that fails is logged: it must not cost anybody an answer."""
        try:
            self._exposures.add(exposures)
        except SQLAlchemyError:
            log.exception("what a turn says of experiments was not kept")

    def forget(self, visitor: str) -> None:
        """Erase what a visitor was exposed to: he is counted no more, unless he comes again."""
        self._exposures.erase((), [visitor])

    def report(self, experiment: Experiment, now: datetime) -> Report:
        return report_of(experiment, self._events, self._exposures, now)

    def look(self, now: datetime) -> None:
        """Stop what has a broken guard and may stop itself, and learn what others stopped."""
        try:
            for one in self.plan.experiment:
                if one.stop_when_broken and self.is_on(one, now) and (why := self.report(one, now).broken):
                    log.warning("experiment %s stopped itself: %s", one.name, why)
                    self._exposures.stop(one.name, why, now)
            self._stops = self._exposures.stops()
        except SQLAlchemyError:
            log.exception("the guards of experiments were not looked at; it is tried again")

    def close(self) -> None:
        """Wait for a look that is under way."""
        if self._looking is not None:
            self._looking.join()

    def _look_when_due(self, now: datetime) -> None:
        """Beside the turns, which must not wait for it."""
        if not any(one.stop_when_broken and self.is_on(one, now) for one in self.plan.experiment):
            return
        with self._guard:
            if self._next is not None and now < self._next:
                return
            self._next = now + LOOK_EVERY
            self._looking = threading.Thread(target=self.look, args=(now,), daemon=True)
            self._looking.start()
