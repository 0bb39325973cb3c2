"""How often the test of a gain is fooled, and how often it finds one: `python -m benchmarks.evidence`.

Losses with first-order autocorrelation, heavy tails, changing spread or skew. Of each kind: the share of series without
a gain that pass at 5 % and at the level of a first round, and the share with a gain of a quarter of their own spread
that pass at the latter. Apart from them, what no test of one series can rule out: chance that persists below noise, or
for 20 steps at a time, passes more often than the level says, so often as is printed; and a gain that grows while a
model learns, and how often it is found.
"""

from __future__ import annotations

import argparse

import numpy as np
from scipy.signal import lfilter

from windvane.stack.evidence.longrun import adapted, mean_of
from windvane.stack.evidence.wealth import Wealth

KINDS = ("normal", "heavy", "clustered", "rising", "skewed")


def series(random: np.random.Generator, kind: str, rho: float, steps: int) -> np.ndarray:
    """One series of losses with mean zero."""
    shock = random.standard_normal(steps + 50)
    if kind == "heavy":
        shock = random.standard_t(3, steps + 50)
    elif kind == "clustered":
        shock *= np.exp(lfilter([0.3], [1.0, -0.95], random.standard_normal(steps + 50)) / 2)
    elif kind == "rising":
        shock *= np.linspace(0.2, 3.0, steps + 50)
    elif kind == "skewed":
        shock = 1.0 - random.exponential(size=steps + 50)
    return np.asarray(lfilter([1.0], [1.0, -rho], shock)[50:])


def persisting(random: np.random.Generator, steps: int) -> np.ndarray:
    """Half noise, half chance that is hardly another from one step to the next."""
    slow = lfilter([1.0], [1.0, -0.9], random.standard_normal(steps + 50))[50:] * np.sqrt(1 - 0.9**2)
    return np.asarray(slow + random.standard_normal(steps))


def by_turns(random: np.random.Generator, steps: int) -> np.ndarray:
    """Noise, and chance that stays for 20 steps, as that of a model which is learnt anew so often."""
    return np.asarray(np.repeat(random.standard_normal(steps // 20 + 1), 20)[:steps] + random.standard_normal(steps))


def growing(random: np.random.Generator, steps: int) -> np.ndarray:
    """A gain that begins at nothing and comes to six times the noise."""
    return np.asarray(6 * (1 - np.exp(-np.arange(steps) / 20)) + random.standard_normal(steps))


def beyond(random: np.random.Generator, repeats: int) -> None:
    """Print what persists, and what grows."""
    level = Wealth().level
    for steps in (24, 60, 250, 1000):
        told = []
        for make in (persisting, by_turns, growing):
            p = np.array([mean_of(make(random, steps), adapted).above() for _ in range(repeats)])
            told.append(f"{make.__name__.replace('_', ' ')} {(p <= 0.05).mean():.3f} {(p <= level).mean():.4f}")
        print(f"{steps:>4} steps: " + ", ".join(told), flush=True)


def main() -> None:
    """Print one line per length and autocorrelation, and last the size over all of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=500)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    random, level, whole = np.random.default_rng(options.seed), Wealth().level, []
    for steps in (24, 60, 250, 1000):
        for rho in (0.0, 0.5, 0.8):
            told = []
            for kind in KINDS:
                made = [series(random, kind, rho, steps) for _ in range(options.repeats)]
                null = np.array([mean_of(m, adapted).above() for m in made])
                power = np.mean([mean_of(m + 0.25 * m.std(), adapted).above() <= level for m in made])
                whole.append((float((null <= 0.05).mean()), float((null <= level).mean())))
                told.append(f"{kind} {whole[-1][0]:.3f} {whole[-1][1]:.4f} {power:.2f}")
            print(f"{steps:>4} steps, rho {rho}: " + ", ".join(told), flush=True)
    beyond(random, options.repeats)
    print(f"size_at_{level:.4f}={np.mean([w[1] for w in whole]):.4f}")
    print(f"size_at_0.05={np.mean([w[0] for w in whole]):.4f}")


if __name__ == "__main__":
    main()
