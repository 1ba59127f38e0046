"""What the real calls say, and how sure one may be of it.

python benchmarks/fit_report.py
"""

from simulator.fit import rings_to_person, talks_of_bank
from simulator.real_calls import dialer_calls, outcome_shares


def main() -> None:
    """Print one line for each fit."""
    calls = len(dialer_calls())
    print(f"outcomes of {calls} calls (95 % intervals are about +- 10 points wide):")
    for code, share in outcome_shares().items():
        error = 1.96 * (share * (1.0 - share) / calls) ** 0.5
        print(f"  {code}: {100 * share:.0f} % (+- {100 * error:.0f})")
    print(f"ringing until a person answers: {rings_to_person().sentence()}")
    print(f"talk: {talks_of_bank().sentence()}")


if __name__ == "__main__":
    main()
