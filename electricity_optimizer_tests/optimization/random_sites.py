"""Random small sites with every kind of device and rule, for what must hold of all of them."""

from hypothesis import strategies as st

from electricity_optimizer_tests.optimization.sites import battery, car, job, roof, site

PRICE = st.integers(-30, 60).map(lambda cents: cents / 100)
POWER = st.integers(0, 40).map(lambda tenths: tenths / 10)
EFFICIENCY = st.sampled_from([0.6, 0.9, 1.0])


@st.composite
def sites(draw, most_steps=8, kinds=("battery", "car", "roof", "block", "pieces", "pump", "cooler", "tank")):
    """A problem as its file holds it. Not every one can be planned."""
    n = draw(st.integers(3, most_steps))
    series = lambda of: draw(st.lists(of, min_size=n, max_size=n))  # noqa: E731  # local shorthand
    chosen = draw(st.lists(st.sampled_from(kinds), min_size=1, max_size=4, unique=True))
    devices = [device for kind in chosen for device in draw(KINDS[kind](n))]
    fields = {"export_price": series(PRICE), "load_kw": series(POWER), "grid": draw(connections(n))}
    fields["minutes"] = draw(st.sampled_from([15, 60, [30 if k else 15 for k in range(n)]]))
    if draw(st.booleans()):
        fields |= {"co2_intensity": [100.0 * (k % 4) for k in range(n)], "co2_price": 0.2}
    loads = [device["name"] for device in devices if device["type"] == "load"]
    if len(loads) > 1 and draw(st.booleans()):
        fields["exclusive"] = [{"name": "machine", "devices": loads}]
    if draw(st.integers(0, 3)) == 0:
        fields["groups"] = [{"name": "feeder", "devices": [devices[0]["name"]], "import_limit_kw": 3.0, "export_limit_kw": 2.0}]
    if draw(st.integers(0, 3)) == 0:
        fields["scenarios"] = draw(scenarios(n))
    return site(series(PRICE), *devices, **fields)


@st.composite
def connections(draw, n):
    grid = {"import_limit_kw": 30.0, "export_limit_kw": 30.0} | draw(
        st.sampled_from([{}, {"import_limit_kw": 7.0, "export_limit_kw": 2.0}, {"export_limit_kw": 0.0}])
    )
    if draw(st.integers(0, 2)) == 0:
        grid["limits_are"] = "soft"
        if draw(st.booleans()):
            grid["breach_price_per_kw"] = draw(st.sampled_from([0.1, 2.0]))
    for side in ("demand", "export"):
        if draw(st.integers(0, 3)) == 0:
            active = draw(st.sampled_from([None, [k % 2 == 0 for k in range(n)]]))
            charge = {"price_per_kw": 0.5, "existing_peak_kw": draw(st.sampled_from([0.0, 2.0])), "active": active}
            grid[f"{side}_charge"] = charge | {"interval_steps": draw(st.integers(1, 3))}
    return grid


@st.composite
def scenarios(draw, n):
    prices = [[draw(PRICE) for _ in range(n)] for _ in range(2)]
    return {
        "probability": [0.25, 0.75],
        "import_price": prices,
        "risk_aversion": draw(st.sampled_from([0.0, 0.5, 1.0])),
        "cvar_alpha": 0.5,
    }


@st.composite
def batteries(draw, n):
    capacity = draw(st.integers(1, 10))
    store = battery(capacity, draw(st.sampled_from([1.0, 2.5, 5.0])), draw(st.integers(0, capacity)))
    store |= {"charge_efficiency": draw(EFFICIENCY), "discharge_efficiency": draw(st.sampled_from([0.8, 1.0]))}
    store |= {"cycle_cost_per_kwh": draw(st.sampled_from([0.0, 0.03])), "self_discharge_per_hour": draw(st.sampled_from([0.0, 0.1]))}
    store |= draw(st.sampled_from([{}, {}, {"charge_from_grid": False}, {"discharge_to_grid": False}]))
    store |= draw(st.sampled_from([{}, {"final_value_per_kwh": 0.2}, {"soc_final_min_kwh": 0.5}]))
    store |= draw(st.sampled_from([{}, {}, {"charge_min_kw": 0.8}, {"charge_levels_kw": [0, 0.5, 1.0]}]))
    return [store | {"soc_max_kwh": [float(capacity)] * n}]


@st.composite
def cars(draw, n):
    arrive = draw(st.integers(0, 1))
    depart = draw(st.integers(arrive + 1, n))
    garage = car(20, 5, 4, [(arrive, depart, 4 + draw(st.integers(0, 4)))], discharge_kw=draw(st.sampled_from([0, 3])))
    garage |= {"charge_efficiency": 0.9, "discharge_efficiency": 0.9}
    garage["sessions"][0]["target_is"] = draw(st.sampled_from(["soft", "hard"]))
    if depart < n and draw(st.booleans()):
        garage["trips"] = [{"step": depart, "energy_kwh": 1.5}]
    if draw(st.booleans()):
        garage["charge_min_kw"] = 1.4
    return [garage]


@st.composite
def roofs(draw, n):
    return [roof(draw(st.lists(POWER, min_size=n, max_size=n)), curtailable=draw(st.booleans()))]


@st.composite
def blocks(draw, n):
    length = draw(st.integers(1, min(3, n)))
    first = job(1.5, length, name="wash", startup_cost=0.05)
    if draw(st.booleans()):
        first["optional_value"] = draw(st.sampled_from([0.0, 0.2, 2.0]))
    if draw(st.booleans()):
        first["forbidden"] = [draw(st.integers(0, n - 1))]
    second = {"type": "load", "name": "dry", "profile_kw": [1.0, 0.5], "after": draw(st.sampled_from([None, "wash"]))}
    return [first, second] if draw(st.booleans()) else [first]


@st.composite
def pieces(draw, n):
    steps = draw(st.integers(1, min(4, n)))
    least = draw(st.integers(1, steps))
    load = job(1.2, steps, name="pool", interruptible=True, min_run_steps=least, startup_cost=draw(st.sampled_from([0.0, 0.05])))
    if draw(st.booleans()):
        load["ran_steps"] = draw(st.integers(1, 3))
    elif draw(st.booleans()):
        load["optional_value"] = draw(st.sampled_from([0.0, 0.3]))
    if draw(st.booleans()):
        load["forbidden"] = [draw(st.integers(1, n - 1))]
    return [load]


@st.composite
def pumps(draw, n, gain=1.5):
    band = (19.0, 22.0, 5.0) if gain > 0 else (2.0, 7.0, 18.0)
    device = {"type": "heat_pump", "name": "pump" if gain > 0 else "cooler", "power_kw": 3, "gain_c_per_kwh": gain, "loss_per_hour": 0.05}
    device |= {"temperature_initial": sum(band[:2]) / 2, "temperature_min": band[0], "temperature_max": band[1]}
    device |= {"outdoor_temperature": [band[2]] * n, "power_min_kw": draw(st.sampled_from([0.0, 0.0, 0.7]))}
    return [device]


@st.composite
def tanks(draw, n):
    rod = {"name": "rod", "carrier": "electricity", "power_kw": 3, "efficiency": draw(st.sampled_from([1.0, 3.0]))}
    boiler = {"name": "boiler", "carrier": "gas", "power_kw": 4, "efficiency": 0.9, "fuel_price": 0.08}
    tank = {"type": "heat_store", "name": "tank", "soc_max_kwh": 6, "soc_initial_kwh": 2, "demand_kw": [1.0] * n, "feeds": [rod, boiler]}
    return [tank | {"self_discharge_per_hour": draw(st.sampled_from([0.0, 0.02]))}]


KINDS = {
    "battery": batteries,
    "car": cars,
    "roof": roofs,
    "block": blocks,
    "pieces": pieces,
    "pump": pumps,
    "cooler": lambda n: pumps(n, gain=-1.5),
    "tank": tanks,
}
