"""What the API and the page work with: made once for an app, and kept in its state."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, FastAPI, Request

from assistant import Assistant
from assistant.settings import Settings

from .lane import Lane
from .limits import Limits
from .metrics import Metrics
from .opening import Opening
from .settings import ServerSettings
from .sites import Sites
from .turns import Turns
from .widget_versions import WidgetVersions


@dataclass(frozen=True)
class Desk:
    """The shop's assistant, the lane that its models run in, the turns taken there, how often one may call, what is
    counted, the server's settings, the sites that may call, whether messages are taken now, the assistant's settings,
    and the widget's files.

    An app keeps it as `state.desk`, beside `state.at_stop`: what is called when the server is told to stop.
    """

    assistant: Assistant
    lane: Lane
    turns: Turns
    limits: Limits
    metrics: Metrics
    settings: ServerSettings
    sites: Sites
    opening: Opening
    shop: Settings
    widget: WidgetVersions


def desk_of(app: FastAPI) -> Desk:
    desk: Desk = app.state.desk
    return desk


def _desk(request: Request) -> Desk:
    return desk_of(request.app)


AtDesk = Annotated[Desk, Depends(_desk)]
