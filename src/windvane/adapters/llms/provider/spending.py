"""What a language model may cost: prices, an estimate before each question, the bill after it."""

from __future__ import annotations

from windvane.domain.errors import BudgetReached, Usage
from windvane.domain.heading import LlmSettings, ModelPrice

_CHARACTERS_PER_TOKEN = 3  # English has about four; three leaves room for names, numbers and the schema
_ANSWER_TOKENS = 500  # what a closed answer takes, reasoning included, at the least


class Spending:
    """The money of one run. `spent` and the budget are in the currency of the prices."""

    def __init__(self, settings: LlmSettings, *, spent: float) -> None:
        self.spent = spent
        self._settings = settings
        self._price: ModelPrice | None = None

    def before(self, asked: str) -> None:
        """Raise `BudgetReached` when what a question of this text costs at the least does not fit any more."""
        least = self.cost(len(asked) // _CHARACTERS_PER_TOKEN, _ANSWER_TOKENS)
        if self.spent + least > self._settings.budget:
            raise self._reached(f"{self.spent:.4f} was spent and the next question costs about {least:.4f}")

    def after(self, tokens_in: int, tokens_out: int) -> float:
        """Book a question and give its cost; raise `BudgetReached` when it went beyond the budget."""
        cost = self.cost(tokens_in, tokens_out)
        self.spent += cost
        if self.spent > self._settings.budget:
            raise self._reached(f"{self.spent:.4f} was spent, {cost:.4f} of it on the last question")
        return cost

    def cost(self, tokens_in: int, tokens_out: int) -> float:
        """Cost of these tokens."""
        price = self._price = self._price or _price_of(self._settings)
        return (tokens_in * price.input + tokens_out * price.output) / 1_000_000

    def _reached(self, why: str) -> BudgetReached:
        return BudgetReached(
            f"the budget of {self._settings.budget:g} for language models is reached",
            code="llm.budget",
            why=why,
            fix="raise `budget` under `[llm]` in `windvane.toml`, or go on without a model",
        )


def _price_of(settings: LlmSettings) -> ModelPrice:
    """The price from `windvane.toml`, else from the table that comes with pydantic-ai; nothing is fetched."""
    provider, _, model = settings.provider.partition(":")
    given = next((p for p in settings.prices if p.model in (model, settings.provider)), None)
    if given is not None:
        return given
    if not settings.base_url:  # behind another address the same name may cost something else
        from genai_prices import Usage as Tokens
        from genai_prices import calc_price

        try:
            one = calc_price(Tokens(input_tokens=1_000, output_tokens=1_000), model, provider_id=provider.split("-")[0])
        except (LookupError, ValueError):
            pass
        else:
            return ModelPrice(model=model, input=float(one.input_price) * 1000, output=float(one.output_price) * 1000)
    raise Usage(
        f"the price of `{settings.provider}` is not known",
        code="llm.price_unknown",
        why="without it the budget cannot be held",
        fix=f'add `[llm.prices."{model}"]` with `input` and `output` per million tokens to `windvane.toml`, or set '
        "`WINDVANE_LLM_PRICE=2/10`; 0 for a model of your own",
    )
