"""Score difference of journeys with and without a pain point, with its uncertainty."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

#: Fewer scored journeys with the pain point than this tell nothing.
MIN_HIT = 5
Z95 = 1.959964
Floats = npt.NDArray[np.float64]


def impact(strata: pa.Table) -> pa.Table:
    """Return difference, interval and shrunk impact for each pain point.

    Within a stratum (same reason, same entry channel) the difference of means has the pooled
    variance of the two groups; strata are weighted by the journeys hit in them. The estimate is
    then shrunk toward the mean of its kind by DerSimonian and Laird's between-cell variance
    (Control. Clin. Trials 7, 1986), so that small cells do not win by noise.

    Parameters
    ----------
    strata
        Per pain point and stratum: ``hit_*`` and ``other_*`` journeys, sum and sum of squares of
        scores in thousandths.

    Returns
    -------
    pyarrow.Table
        ``pain_point``, ``hit_scored``, ``other_scored``, ``difference``, ``difference_low``,
        ``difference_high`` and ``impact`` in score points; negative is worse. Values are rounded
        to a millionth. Empty where fewer than five journeys hit have a score, or none without it.
    """
    frame = strata.to_pandas().sort_values(["pain_point", "entry_channel"], ignore_index=True)
    cells = _difference(frame)
    cells["impact"] = np.nan
    for _, group in cells.groupby("kind", sort=True):
        known = group.dropna(subset=["difference"])
        cells.loc[known.index, "impact"] = shrink(
            known["difference"].to_numpy(), known["variance"].to_numpy())
    half = Z95 * np.sqrt(cells["variance"])
    numbers = {
        "difference": cells["difference"], "difference_low": cells["difference"] - half,
        "difference_high": cells["difference"] + half, "impact": cells["impact"],
    }
    return pa.table({
        "pain_point": pa.array(cells["pain_point"].tolist(), pa.string()),
        "hit_scored": pa.array(cells["hit_scored"].tolist(), pa.int64()),
        "other_scored": pa.array(cells["other_scored"].tolist(), pa.int64()),
        **{n: pa.array([None if pd.isna(x) else round(float(x), 6) for x in v], pa.float64())
           for n, v in numbers.items()},
    })


def _difference(frame: pd.DataFrame) -> pd.DataFrame:
    n_hit = frame["hit_journeys"].to_numpy(float)
    n_other = frame["other_journeys"].to_numpy(float)
    usable = (n_hit > 0) & (n_other > 0) & (n_hit + n_other > 2)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean_hit = frame["hit_sum"].to_numpy(float) / 1000 / n_hit
        mean_other = frame["other_sum"].to_numpy(float) / 1000 / n_other
        squares = (frame["hit_squares"].to_numpy(float) + frame["other_squares"].to_numpy(float))
        within = squares / 1e6 - n_hit * mean_hit**2 - n_other * mean_other**2
        pooled = np.maximum(within, 0) / (n_hit + n_other - 2)
        variance = pooled * (1 / n_hit + 1 / n_other)
    frame = frame.assign(
        weight=np.where(usable, n_hit, 0.0),
        weighted=np.where(usable, n_hit * (mean_hit - mean_other), 0.0),
        weighted_variance=np.where(usable, n_hit**2 * variance, 0.0),
        other_used=np.where(usable, n_other, 0.0),
    )
    cells = frame.groupby(["pain_point", "kind"], sort=True, as_index=False, observed=True).agg(
        hit_scored=("weight", "sum"), other_scored=("other_used", "sum"),
        weight=("weight", "sum"), weighted=("weighted", "sum"),
        weighted_variance=("weighted_variance", "sum"))
    enough = cells["weight"] >= MIN_HIT
    cells["difference"] = (cells["weighted"] / cells["weight"]).where(enough)
    cells["variance"] = (cells["weighted_variance"] / cells["weight"] ** 2).where(enough)
    # A variance of zero (all scores alike) is not certainty; the smallest score step stands in.
    cells["variance"] = cells["variance"].clip(lower=1e-6)
    return cells


def shrink(estimates: Floats, variances: Floats) -> Floats:
    """Return estimates moved toward their precision-weighted mean by their own uncertainty.

    With fewer than three estimates there is no variance between them to learn from; they stay.
    """
    if len(estimates) < 3:
        return estimates
    weights = 1 / variances
    mean = float((weights * estimates).sum() / weights.sum())
    spread = float((weights * (estimates - mean) ** 2).sum())
    scale = float(weights.sum() - (weights**2).sum() / weights.sum())
    between = max(0.0, (spread - (len(estimates) - 1)) / scale)
    kept = between / (between + variances)
    return mean + kept * (estimates - mean)
