"""From a history of arrivals to a distribution for every interval to come.

Start with ``History``, ``fit`` and ``Model.predict``; see docs/science/forecast.md.
"""

from .backtest import Score, Track, all_methods
from .calendar import DayKind, DayTable, Event, SpecialDay
from .curves import CurvesWithMemory, DayCurves
from .errors import (
    BadEventError,
    BadHistoryError,
    BadHorizonError,
    ForecastError,
    TooLittleHistoryError,
)
from .examination import Finding, FindingKind, examine
from .handling import HandlingModel, fit_handling
from .history import History
from .methods import LastWeek, Method, Smoothing, WeekdayLevel, WeekdayMean
from .model import Model, fit, predict_together
from .outcome import Forecast, Per, total_of
from .reference import borrowed_history

__all__ = [
    "BadEventError",
    "BadHistoryError",
    "BadHorizonError",
    "CurvesWithMemory",
    "DayCurves",
    "DayKind",
    "DayTable",
    "Event",
    "Finding",
    "FindingKind",
    "Forecast",
    "ForecastError",
    "HandlingModel",
    "History",
    "LastWeek",
    "Method",
    "Model",
    "Per",
    "Score",
    "Smoothing",
    "SpecialDay",
    "TooLittleHistoryError",
    "Track",
    "WeekdayLevel",
    "WeekdayMean",
    "all_methods",
    "borrowed_history",
    "examine",
    "fit",
    "fit_handling",
    "predict_together",
    "total_of",
]
