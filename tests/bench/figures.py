# SPDX-License-Identifier: MIT
"""figures.py - the figures in bench.csv: single measurements and their statistics

A line of bench.csv is NAME,UNIT,VALUE,MOMENT. The moment 3 is the third round, 3.2 the second part
of the third round.
"""

import csv
import math

# A step is disturbed if other programs use more than so many CPUs meanwhile, or if the CPUs are
# more than so many times as far from each other afterwards as before, or the other way round.
QUIET, MOVED = 0.1, 1.5


def percentile(values, p):
    """Returns the p-th percentile, which may lie between two values, or None without values."""
    values = sorted(values)
    if not values:
        return None
    at = (len(values) - 1) * p / 100
    low, high = math.floor(at), math.ceil(at)
    return values[low] + (at - low) * (values[high] - values[low])


def belongs(moment, whole):
    """Returns true if the moment is this round or this part, or a part of this round."""
    return f"{moment}.".startswith(f"{whole}.")


class Figures:
    def __init__(self, path):
        with open(path, encoding="utf-8", newline="") as file:
            self.rows = [(row["name"], row["unit"], float(row["value"]), row["moment"])
                         for row in csv.DictReader(file)]

    def names(self, prefix):
        return sorted({row[0] for row in self.rows if row[0].startswith(prefix)})

    def unit(self, name):
        return next((row[1] for row in self.rows if row[0] == name), "")

    def values(self, name, moment=None):
        return [value for other, _, value, at in self.rows
                if other == name and (moment is None or belongs(at, moment))]

    def median(self, name, moment=None):
        return percentile(self.values(name, moment), 50)

    def rounds(self):
        return sorted({row[3].split(".")[0] for row in self.rows}, key=int)

    def common_moments(self, a, b):
        """Returns the moments at which both were measured; if there are none, the rounds."""
        moments = [{row[3] for row in self.rows if row[0] == name} for name in (a, b)]
        return sorted(moments[0] & moments[1]) or self.rounds()

    def ratio(self, a, b):
        """Returns the median of a / b over the common moments, or None."""
        pairs = [(self.median(a, at), self.median(b, at)) for at in self.common_moments(a, b)]
        return percentile([x / y for x, y in pairs if x is not None and y], 50)

    def best(self, prefix, suffix=""):
        """Returns the name with the least median, of those with this beginning and this end."""
        names = [name for name in self.names(prefix) if name.endswith(suffix)]
        return min(names, key=self.median, default=None)
