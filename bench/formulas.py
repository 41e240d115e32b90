"""What a formula costs: a call against the bare expression, over the same rows."""
from dataclasses import dataclass, field
from statistics import median
from time import perf_counter

ROWS = 1_000_000

TABLE = f"""
    DROP TABLE IF EXISTS amounts;
    CREATE UNLOGGED TABLE amounts AS
    SELECT (n % 41)::numeric AS lost, (800 + n % 97)::numeric AS customers,
           (50000 + n % 9973 + 0.5)::numeric(12,2) AS opening,
           (n % 1009 + 0.25)::numeric(12,2) AS gained,
           (n % 499 + 0.75)::numeric(12,2) AS expansion,
           -(n % 251 + 0.10)::numeric(12,2) AS contraction,
           -(n % 619 + 0.20)::numeric(12,2) AS churn,
           (n % 89 / 1000.0)::numeric(6,4) AS rate
      FROM generate_series(1, {ROWS}) AS n"""

FORMULAS = [
    ("churn_rate(lost, customers)", "lost / nullif(customers, 0)"),
    ("retention_rate(lost, customers)", "1 - lost / nullif(customers, 0)"),
    ("arpa(opening, customers)", "opening / nullif(customers, 0)"),
    ("arr(opening)", "12 * opening"),
    ("nrr(opening, expansion, contraction, churn)",
     "(opening + expansion - abs(contraction) - abs(churn)) / nullif(opening, 0)"),
    ("quick_ratio(gained, expansion, contraction, churn)",
     "(gained + expansion) / nullif(abs(contraction) + abs(churn), 0)"),
    ("cltv_from_churn(opening, 0.8, rate)", "opening * 0.8 / nullif(rate, 0)"),
    ("annual_churn_rate(rate)", "1 - power(1 - rate, 12)"),
]


@dataclass
class Formula:
    call: str
    expression: str
    call_times: list = field(default_factory=list)
    expression_times: list = field(default_factory=list)

    @property
    def ratio(self):
        return median(self.call_times) / median(self.expression_times)


class Difference(Exception):
    pass


def measure(postgres, runs, say):
    say(f"formulas over {ROWS:,} rows")
    postgres.run(TABLE)
    postgres.run("VACUUM (ANALYZE, FREEZE) amounts")
    formulas = [Formula(*pair) for pair in FORMULAS]
    for formula in formulas:
        compare(postgres, formula)
    say("all results agree")
    for turn in range(runs):
        for formula in formulas:
            formula.call_times.append(seconds(postgres, f"saas_metrics.{formula.call}"))
            formula.expression_times.append(seconds(postgres, formula.expression))
        say(f"round {turn + 1} of {runs}")
    return formulas


def compare(postgres, formula):
    """Row by row; digits beyond the 12th of a quotient may differ with its scale."""
    differing = postgres.value(f"""
        SELECT count(*)
          FROM (SELECT saas_metrics.{formula.call} AS ours, {formula.expression} AS theirs
                  FROM amounts OFFSET 0) AS pair
         WHERE (ours IS NULL) <> (theirs IS NULL) OR abs(ours - theirs) > 1e-12 * abs(theirs)""")
    if differing:
        raise Difference(f"{formula.call} differs from {formula.expression} in {differing} rows")


def seconds(postgres, expression):
    start = perf_counter()
    postgres.run(f"SELECT sum({expression}) FROM amounts")
    return perf_counter() - start
