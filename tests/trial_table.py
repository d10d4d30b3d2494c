# SPDX-License-Identifier: Apache-2.0
"""The published tables of CDISCPILOT01, made anew from the files in a folder. Not a test, and nothing of `hv`.

A reviewer's own program: it reads adqscibc.xpt and adsl.xpt with pandas, fits the models of the published tables
with statsmodels, and prints one JSON object. `python trial_table.py FOLDER`.
"""

import json
import sys
from pathlib import Path

import pandas as pd
import statsmodels.api as sm
from statsmodels.formula.api import ols

DOSES = {"Placebo": 0, "Xanomeline Low Dose": 54, "Xanomeline High Dose": 81}
PAIRS = {
    "low_placebo": ("Xanomeline Low Dose", "Placebo"),
    "high_placebo": ("Xanomeline High Dose", "Placebo"),
    "high_low": ("Xanomeline High Dose", "Xanomeline Low Dose"),
}


def table(folder: Path, name: str) -> pd.DataFrame:
    """Return a SAS transport file."""
    return pd.read_sas(folder / name, format="xport", encoding="utf-8")


def efficacy(data: pd.DataFrame) -> dict:
    """Return Table 14-3.02: CIBIC+ at week 24, LOCF, efficacy population; ANCOVA with site group."""
    chosen = (data.EFFFL == "Y") & (data.ITTFL == "Y") & (data.AVISITN == 24) & (data.ANL01FL == "Y")
    week24 = data[chosen]
    arms = week24.groupby("TRTP").AVAL
    trend = sm.stats.anova_lm(ols("AVAL ~ TRTPN + C(SITEGR1)", week24).fit(), typ=3)
    pairwise = ols("AVAL ~ C(TRTPN) + C(SITEGR1)", week24).fit()
    return {
        "n": arms.count().to_dict(),
        "mean": arms.mean().to_dict(),
        "sd": arms.std().to_dict(),
        "median": arms.median().to_dict(),
        "p_dose_response": float(trend.loc["TRTPN", "PR(>F)"]),
        **{f"diff_{name}": _difference(pairwise, *arms_of) for name, arms_of in PAIRS.items()},
    }


def _difference(fit, one: str, other: str) -> dict:  # noqa: ANN001  of statsmodels, which has no types
    """Return the difference of the least squares means of two arms."""
    terms = dict.fromkeys(fit.params.index, 0.0)
    for arm, sign in ((one, 1.0), (other, -1.0)):
        if DOSES[arm]:
            terms[f"C(TRTPN)[T.{float(DOSES[arm])}]"] = sign
    test = fit.t_test(list(terms.values()))
    low, high = test.conf_int()[0]
    return {
        "est": float(test.effect[0]),
        "se": float(test.sd[0][0]),
        "ci95": [float(low), float(high)],
        "p": float(test.pvalue),
    }


def demographics(data: pd.DataFrame) -> dict:
    """Return Table 14-2.01: ages of the intent-to-treat population, and who they are."""
    whole = data[data.ITTFL == "Y"]
    arms = whole.groupby("TRT01P").AGE
    anova = sm.stats.anova_lm(ols("AGE ~ C(TRT01P)", whole).fit())
    return {
        "n": arms.count().to_dict(),
        "age_mean": arms.mean().to_dict(),
        "age_sd": arms.std().to_dict(),
        "age_anova_p": float(anova.loc["C(TRT01P)", "PR(>F)"]),
        "female": int((whole.SEX == "F").sum()),
        "male": int((whole.SEX == "M").sum()),
    }


def main(folder: Path) -> None:
    """Print both tables."""
    found = {
        "table_14-3.02": efficacy(table(folder, "adqscibc.xpt")),
        "table_14-2.01": demographics(table(folder, "adsl.xpt")),
    }
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
