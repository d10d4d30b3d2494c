# SPDX-License-Identifier: Apache-2.0
"""The words of GS1's Core Business Vocabulary: the bare ones of JSON-LD, the URNs of EPCIS 1.2, the addresses.

Source: CBV 2.0 sections 7.1-7.7; the JSON-LD context of EPCIS 2.0.
"""

__all__ = ["DISPOSITIONS", "STEPS", "address_of", "short_of", "spelled"]

CBV = "https://ref.gs1.org/cbv/"
VOC = "https://gs1.org/voc/"
_STEPS_WORDS = """
accepting arriving assembling collecting commissioning consigning creating_class_instance cycle_counting
decommissioning departing destroying disassembling dispensing encoding entering_exiting holding inspecting
installing killing loading other packing picking receiving removing repackaging repairing replacing
reserving retail_selling sampling sensor_reporting shipping staging_outbound stock_taking stocking storing
transporting unloading unpacking void_shipping
"""
STEPS = frozenset(_STEPS_WORDS.split())
_DISPOSITIONS_WORDS = """
active available completeness_verified completeness_inferred conformant container_closed container_open
damaged destroyed dispensed disposed encoded expired in_progress in_transit inactive mismatch_instance
mismatch_class mismatch_quantity needs_replacement no_pedigree_match non_conformant non_sellable_other
partially_dispensed recalled reserved retail_sold returned sellable_accessible sellable_not_accessible
stolen unavailable unknown
"""
DISPOSITIONS = frozenset(_DISPOSITIONS_WORDS.split())
_TRANSACTIONS_WORDS = """
bol cert desadv inv pedigree po poc prodorder recadv rma testprd testres upevt
"""
_TRANSACTIONS = frozenset(_TRANSACTIONS_WORDS.split())
_PARTIES = frozenset(("owning_party", "possessing_party", "location"))
_COMPONENTS_WORDS = """
x y z axial_distance azimuth height spherical_radius polar_angle elevation_angle easting northing latitude
longitude altitude
"""
_COMPONENTS = frozenset(_COMPONENTS_WORDS.split())
_EXCEPTIONS = frozenset(("ALARM_CONDITION", "ERROR_CONDITION"))
_MEASURED_WORDS = """
AbsoluteHumidity AbsorbedDose AbsorbedDoseRate Acceleration Radioactivity Altitude AmountOfSubstance
AmountOfSubstancePerUnitVolume Angle AngularAcceleration AngularMomentum AngularVelocity Area Capacitance
Conductance Conductivity Count Density Dimensionless DoseEquivalent DoseEquivalentRate DynamicViscosity
ElectricCharge ElectricCurrent ElectricCurrentDensity ElectricFieldStrength Energy Exposure Force Frequency
Illuminance Inductance Irradiance KinematicViscosity Length LinearMomentum Luminance LuminousFlux
LuminousIntensity MagneticFlux MagneticFluxDensity MagneticVectorPotential Mass MassConcentration
MassFlowRate MassPerAreaTime MemoryCapacity MolalityOfSolute MolarEnergy MolarMass MolarVolume Power
Pressure RadiantFlux RadiantIntensity RelativeHumidity Resistance Resistivity SolidAngle SpecificVolume
Speed SurfaceDensity SurfaceTension Temperature Time Torque Voltage Volume VolumeFlowRate VolumeFraction
VolumetricFlux Wavenumber
"""
_MEASURED = frozenset(_MEASURED_WORDS.split())
_BARE: dict[str, tuple[frozenset[str], str]] = {
    "bizStep": (STEPS, f"{CBV}BizStep-"),
    "disposition": (DISPOSITIONS, f"{CBV}Disp-"),
    "set": (DISPOSITIONS, f"{CBV}Disp-"),
    "unset": (DISPOSITIONS, f"{CBV}Disp-"),
    "bizTransaction.type": (_TRANSACTIONS, f"{CBV}BTT-"),
    "source.type": (_PARTIES, f"{CBV}SDT-"),
    "destination.type": (_PARTIES, f"{CBV}SDT-"),
    "sensorReport.type": (_MEASURED, VOC),
    "exception": (_EXCEPTIONS, VOC),
    "component": (_COMPONENTS, f"{CBV}Comp-"),
}
_URNS = (
    ("urn:epcglobal:cbv:bizstep:", f"{CBV}BizStep-"),
    ("urn:epcglobal:cbv:disp:", f"{CBV}Disp-"),
    ("urn:epcglobal:cbv:btt:", f"{CBV}BTT-"),
    ("urn:epcglobal:cbv:sdt:", f"{CBV}SDT-"),
    ("urn:epcglobal:cbv:er:", f"{CBV}ER-"),
)


def spelled(field: str, owner: str, word: str) -> str:
    """Return the address of a bare word of JSON-LD in a field of some owner; another word as it is."""
    known = _BARE.get(f"{owner}.{field}") or (_BARE.get(field) if field != "type" else None)
    return f"{known[1]}{word}" if known is not None and word in known[0] else word


def address_of(text: str) -> str:
    """Return a value with the URNs of EPCIS 1.2 as the addresses of CBV 2.0 (section 8.9)."""
    for urn, address in _URNS:
        text = text.replace(urn, address)
    return text


def short_of(text: str, kind: str) -> str:
    """Return a word of the vocabulary without its address, however it is written; another as it is.

    Args:
        text: As in an event.
        kind: `BizStep`, `Disp`, `SDT` or `BTT`.
    """
    whole = address_of(text.strip())
    return whole.removeprefix(f"{CBV}{kind}-").removeprefix(f"cbv:{kind}-")
