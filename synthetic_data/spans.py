"""What lasts from one local time to another."""

from datetime import date, datetime


class Span:
    """A part of time; `end` is the first moment after it."""

    start: datetime
    end: datetime

    def touches(self, first: date, last: date) -> bool:
        return self.start.date() <= last and self.end > datetime.combine(first, datetime.min.time())
