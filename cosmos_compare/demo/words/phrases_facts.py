"""The words of answers about single facts, in English and French. Tables only."""

from cosmos_compare.demo.words.phrases import LABEL, Language, Table

ONE: dict[Language, Table] = {
    "en": {**LABEL["en"], "car": "car ahead", "vehicle": "vehicle"},
    "fr": {**LABEL["fr"], "car": "voiture devant", "vehicle": "véhicule"},
}
MANY: dict[Language, Table] = {
    "en": {
        "pedestrian": "pedestrians",
        "cyclist": "cyclists",
        "car": "cars ahead",
        "oncoming car": "oncoming cars",
        "parked vehicle": "parked vehicles",
        "truck": "trucks",
        "traffic light": "traffic lights",
        "crosswalk": "crosswalks",
        "vehicle": "vehicles",
    },
    "fr": {
        "pedestrian": "piétons",
        "cyclist": "cyclistes",
        "car": "voitures devant",
        "oncoming car": "voitures en sens inverse",
        "parked vehicle": "véhicules stationnés",
        "truck": "camions",
        "traffic light": "feux",
        "crosswalk": "passages piétons",
        "vehicle": "véhicules",
    },
}
THE: dict[Language, Table] = {
    "en": {kind: f"The {label}" for kind, label in LABEL["en"].items()},
    "fr": {kind: f"{'La' if 'voiture' in label else 'Le'} {label}" for kind, label in LABEL["fr"].items()},
}
# What is the case, and what where it is not.
STATEMENT: dict[Language, dict[str, tuple[str, ...]]] = {
    "en": {
        "crossing": ("a pedestrian is crossing", "nobody is crossing"),
        "in lane": ("a cyclist is in our lane", "no cyclist is in our lane"),
        "brakes": ("the vehicle ahead brakes", "no vehicle ahead brakes"),
        "night": ("it is night",),
        "day": ("it is day",),
        "rain": ("it rains",),
        "fog": ("there is fog",),
        "clear": ("the weather is clear",),
        "city": ("we are in a city",),
        "country": ("we are in the country",),
    },
    "fr": {
        "crossing": ("un piéton traverse", "personne ne traverse"),
        "in lane": ("un cycliste est sur notre voie", "aucun cycliste n'est sur notre voie"),
        "brakes": ("le véhicule devant freine", "aucun véhicule devant ne freine"),
        "night": ("il fait nuit",),
        "day": ("il fait jour",),
        "rain": ("il pleut",),
        "fog": ("il y a du brouillard",),
        "clear": ("le temps est clair",),
        "city": ("nous sommes en ville",),
        "country": ("nous sommes à la campagne",),
    },
}
# Of what a clip can't tell: the driver's words, the analyst's.
BEYOND: dict[Language, tuple[str, str]] = {
    "en": ("I can only tell what this clip shows.", "Not in this clip: only what it shows can be told."),
    "fr": ("Je ne peux dire que ce que montre cette séquence.", "Hors de la séquence : seul ce qu'elle montre se dit."),
}
# One word for each answer.
WORD: dict[Language, Table] = {
    "en": {
        "keep": "continue", "slow": "slow", "stop": "stop", "stay": "wait", "go": "go", "clear": "clear",
        "rain": "rain", "fog": "fog", "day": "day", "night": "night", "city": "city", "country": "country",
        "red": "red", "green": "green", "none": "none",
    },
    "fr": {
        "keep": "continuer", "slow": "ralentir", "stop": "s'arrêter", "stay": "attendre", "go": "démarrer",
        "clear": "clair", "rain": "pluie", "fog": "brouillard", "day": "jour", "night": "nuit", "city": "ville",
        "country": "campagne", "red": "rouge", "green": "vert", "none": "aucun",
    },
}  # fmt: skip
EGO_WORD: dict[Language, Table] = {
    "en": {"keep": "steady", "slow": "slowing", "stop": "stopping", "wait": "standing", "pull away": "starting"},
    "fr": {"keep": "constante", "slow": "ralentit", "stop": "s'arrête", "wait": "immobile", "pull away": "démarre"},
}
KIND_WORD: dict[Language, Table] = {
    "en": {
        "pedestrian": "pedestrian", "cyclist": "cyclist", "car": "car", "truck": "truck", "oncoming car": "car",
        "parked vehicle": "vehicle", "traffic light": "light", "crosswalk": "crosswalk", "": "nothing",
    },
    "fr": {
        "pedestrian": "piéton", "cyclist": "cycliste", "car": "voiture", "truck": "camion", "oncoming car": "voiture",
        "parked vehicle": "véhicule", "traffic light": "feu", "crosswalk": "passage", "": "rien",
    },
}  # fmt: skip
