# SPDX-License-Identifier: Apache-2.0
"""Apple's words for what is measured: how a day of each type is told, and what it is called.

Source: HealthKit's documentation of HKQuantityTypeIdentifier, which says of each type whether it is cumulative or
discrete. A type that is in neither table is told without one number for several. Spec: docs/spec/contents.md
section 7.
"""

import re
import unicodedata

from healthvault.records.days import Style

__all__ = [
    "HEALTHKIT",
    "INTERVALS",
    "SEXES",
    "blood_type",
    "measure_of",
    "plain_source",
    "spoken",
    "style_of",
    "title_of",
]

HEALTHKIT = "urn:apple:healthkit"
QUANTITY = "HKQuantityTypeIdentifier"
SEXES = {"HKBiologicalSexMale": "male", "HKBiologicalSexFemale": "female", "HKBiologicalSexOther": "other"}
INTERVALS = frozenset({
    "HKCategoryTypeIdentifierHandwashingEvent",
    "HKCategoryTypeIdentifierMindfulSession",
    "HKCategoryTypeIdentifierSleepAnalysis",
    "HKCategoryTypeIdentifierToothbrushingEvent",
})  # fmt: skip
"""Categories of which it counts how long they lasted; of the others, how often they were."""

_PREFIXES = (
    QUANTITY,
    "HKCategoryTypeIdentifier",
    "HKCategoryValue",
    "HKCorrelationTypeIdentifier",
    "HKDataType",
    "HKWorkoutActivityType",
)
_CUMULATIVE_WORDS = """
    ActiveEnergyBurned AppleExerciseTime AppleMoveTime AppleStandTime BasalEnergyBurned FlightsClimbed
    InhalerUsage InsulinDelivery NikeFuel NumberOfAlcoholicBeverages NumberOfTimesFallen PushCount StepCount
    SwimmingStrokeCount TimeInDaylight"""
_CUMULATIVE = frozenset(_CUMULATIVE_WORDS.split())
_CUMULATIVE_STARTS = ("Dietary", "Distance")
_DISCRETE_WORDS = """
    AppleSleepingBreathingDisturbances AppleSleepingWristTemperature AppleWalkingSteadiness
    AtrialFibrillationBurden BasalBodyTemperature BloodAlcoholContent BloodGlucose BloodPressureDiastolic
    BloodPressureSystolic BodyFatPercentage BodyMass BodyMassIndex BodyTemperature CyclingCadence
    CyclingFunctionalThresholdPower CyclingPower CyclingSpeed ElectrodermalActivity EnvironmentalAudioExposure
    EnvironmentalSoundReduction EstimatedWorkoutEffortScore ForcedExpiratoryVolume1 ForcedVitalCapacity
    HeadphoneAudioExposure HeartRate HeartRateRecoveryOneMinute HeartRateVariabilitySDNN Height LeanBodyMass
    OxygenSaturation PeakExpiratoryFlowRate PeripheralPerfusionIndex PhysicalEffort RespiratoryRate
    RestingHeartRate RunningGroundContactTime RunningPower RunningSpeed RunningStrideLength
    RunningVerticalOscillation SixMinuteWalkTestDistance StairAscentSpeed StairDescentSpeed UVExposure
    UnderwaterDepth VO2Max WaistCircumference WalkingAsymmetryPercentage WalkingDoubleSupportPercentage
    WalkingHeartRateAverage WalkingSpeed WalkingStepLength WaterTemperature WorkoutEffortScore"""
_DISCRETE = frozenset(_DISCRETE_WORDS.split())
_MEASURES = {
    "BloodGlucose": "blood glucose",
    "BloodPressureDiastolic": "diastolic blood pressure",
    "BloodPressureSystolic": "systolic blood pressure",
    "BodyFatPercentage": "body fat",
    "BodyMass": "body weight",
    "BodyMassIndex": "body mass index",
    "BodyTemperature": "body temperature",
    "HeartRate": "heart rate",
    "HeartRateVariabilitySDNN": "heart rate variability",
    "Height": "body height",
    "LeanBodyMass": "lean body mass",
    "OxygenSaturation": "oxygen saturation",
    "RespiratoryRate": "respiratory rate",
    "RestingHeartRate": "resting heart rate",
    "StepCount": "step count",
}
_BLOOD = re.compile(r"HKBloodType(A|B|AB|O)(Positive|Negative)\Z")
_WORD_STARTS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_APOSTROPHES = str.maketrans(dict.fromkeys("\u2018\u2019\u201b\u02bc\u00b4`\uff07", "'"))


def style_of(kind: str) -> Style:
    """Return how a day of a quantity type is told."""
    name = kind.removeprefix(QUANTITY)
    if name in _DISCRETE:
        return Style.MEAN
    if name in _CUMULATIVE or name.startswith(_CUMULATIVE_STARTS):
        return Style.SUM
    return Style.UNKNOWN


def measure_of(kind: str) -> str | None:
    """Return what `measures` calls a quantity type, if it is there."""
    return _MEASURES.get(kind.removeprefix(QUANTITY))


def spoken(kind: str) -> str:
    """Return an identifier as words: `Heart Rate Variability SDNN`."""
    for prefix in _PREFIXES:
        if kind.startswith(prefix) and kind != prefix:
            kind = kind.removeprefix(prefix)
            break
    return _WORD_STARTS.sub(" ", kind)


def title_of(kind: str, value: str) -> str:
    """Return a type, and the word that it has as its value, as a title: `Sleep Analysis: Asleep REM`."""
    title, word = spoken(kind), spoken(value)
    return f"{title}: {word.removeprefix(title).strip()}" if word.removeprefix(title).strip() else title


def plain_source(name: str) -> str:
    """Return a device's name in the form in which it is compared: one apostrophe, one kind of space, one case."""
    return " ".join(unicodedata.normalize("NFKC", name.translate(_APOSTROPHES)).casefold().split())


def blood_type(word: str | None) -> str | None:
    """Return `A+` for `HKBloodTypeAPositive`; None if it is not set."""
    found = _BLOOD.match(word or "")
    return f"{found[1]}{'+' if found[2] == 'Positive' else '-'}" if found else None
