"""The words of the answers, in English and French. Tables only."""

from typing import Literal

Language = Literal["en", "fr"]
Table = dict[str, str]

NOUN: dict[Language, Table] = {
    "en": {
        "pedestrian": "a pedestrian",
        "cyclist": "a cyclist",
        "car": "a car ahead",
        "oncoming car": "an oncoming car",
        "parked vehicle": "a parked vehicle",
        "truck": "a truck",
        "traffic light": "a traffic light",
        "crosswalk": "a crosswalk",
    },
    "fr": {
        "pedestrian": "un piéton",
        "cyclist": "un cycliste",
        "car": "une voiture devant",
        "oncoming car": "une voiture en sens inverse",
        "parked vehicle": "un véhicule stationné",
        "truck": "un camion",
        "traffic light": "un feu de circulation",
        "crosswalk": "un passage piéton",
    },
}
LABEL: dict[Language, Table] = {
    "en": {kind: kind for kind in NOUN["en"]},
    "fr": {
        "pedestrian": "piéton",
        "cyclist": "cycliste",
        "car": "voiture",
        "oncoming car": "voiture en sens inverse",
        "parked vehicle": "véhicule stationné",
        "truck": "camion",
        "traffic light": "feu",
        "crosswalk": "passage piéton",
    },
}
PLACE: dict[Language, Table] = {
    "en": {"left": "on the left", "ahead": "ahead", "right": "on the right"},
    "fr": {"left": "à gauche", "ahead": "devant", "right": "à droite"},
}
FROM: dict[Language, Table] = {
    "en": {"left": "from the left", "right": "from the right"},
    "fr": {"left": "depuis la gauche", "right": "depuis la droite"},
}
COLOUR: dict[Language, Table] = {"en": {"red": "red", "green": "green"}, "fr": {"red": "rouge", "green": "vert"}}
EVENT: dict[Language, Table] = {
    "en": {
        "crosses": "a pedestrian starts to cross",
        "emerges": "a pedestrian steps out from behind a parked vehicle",
        "brakes": "the vehicle ahead brakes",
        "merges": "the cyclist moves into our lane",
        "turns red": "the light turns red",
        "turns green": "the light turns green",
    },
    "fr": {
        "crosses": "un piéton commence à traverser",
        "emerges": "un piéton surgit de derrière un véhicule stationné",
        "brakes": "le véhicule devant freine",
        "merges": "le cycliste se rabat sur notre voie",
        "turns red": "le feu passe au rouge",
        "turns green": "le feu passe au vert",
    },
}
EGO: dict[Language, Table] = {
    "en": {
        "keep": "keeps its speed",
        "slow": "slows down",
        "stop": "comes to a stop",
        "wait": "stands still",
        "pull away": "pulls away",
    },
    "fr": {
        "keep": "garde sa vitesse",
        "slow": "ralentit",
        "stop": "s'arrête",
        "wait": "reste à l'arrêt",
        "pull away": "démarre",
    },
}
WE: dict[Language, Table] = {
    "en": {
        "keep": "We keep our speed",
        "slow": "We slow down",
        "stop": "We come to a stop",
        "wait": "We stand still",
        "pull away": "We pull away",
    },
    "fr": {
        "keep": "Nous gardons notre vitesse",
        "slow": "Nous ralentissons",
        "stop": "Nous nous arrêtons",
        "wait": "Nous restons à l'arrêt",
        "pull away": "Nous démarrons",
    },
}
ADVICE: dict[Language, Table] = {
    "en": {"keep": "keep its speed", "slow": "slow down", "stop": "stop", "stay": "stay stopped", "go": "pull away"},
    "fr": {
        "keep": "garder sa vitesse",
        "slow": "ralentir",
        "stop": "s'arrêter",
        "stay": "rester à l'arrêt",
        "go": "démarrer",
    },
}
WHY: dict[Language, Table] = {
    "en": {
        "free": "the way ahead is free",
        "red": "the light is red",
        "crossing": "a pedestrian is crossing",
        "lead": "the vehicle ahead is close",
        "cyclist": "a cyclist is in our lane",
    },
    "fr": {
        "free": "la voie est libre",
        "red": "le feu est rouge",
        "crossing": "un piéton traverse",
        "lead": "le véhicule devant est proche",
        "cyclist": "un cycliste est sur notre voie",
    },
}
RISK: dict[Language, Table] = {
    "en": {"none": "none", "low": "low", "medium": "medium", "high": "high"},
    "fr": {"none": "nul", "low": "faible", "medium": "moyen", "high": "élevé"},
}
REASON: dict[Language, Table] = {
    "en": {
        "clear": "the road is empty",
        "calm": "nothing is in our path",
        "crossing": "a pedestrian is crossing the road",
        "lead": "the gap to the vehicle ahead closes fast",
        "brakes": "the vehicle ahead brakes",
        "merges": "a cyclist moves into our lane",
        "cyclist": "the gap to the cyclist closes fast",
        "red": "the light is red",
    },
    "fr": {
        "clear": "la route est vide",
        "calm": "rien n'est sur notre chemin",
        "crossing": "un piéton traverse la route",
        "lead": "l'écart avec le véhicule devant se réduit vite",
        "brakes": "le véhicule devant freine",
        "merges": "un cycliste se rabat sur notre voie",
        "cyclist": "l'écart avec le cycliste se réduit vite",
        "red": "le feu est rouge",
    },
}
SCENE: dict[Language, Table] = {
    "en": {
        "city": "city street",
        "country": "country road",
        "clear": "clear",
        "rain": "rain",
        "fog": "fog",
        "day": "day",
        "night": "night",
    },
    "fr": {
        "city": "rue en ville",
        "country": "route de campagne",
        "clear": "clair",
        "rain": "pluie",
        "fog": "brouillard",
        "day": "jour",
        "night": "nuit",
    },
}
# The driver's first sentence: by place, then weather and time of day.
OPENING: dict[Language, Table] = {
    "en": {
        "city": "We drive through a city",
        "country": "We drive on a country road",
        "clear": "in clear weather",
        "rain": "in the rain",
        "fog": "in fog",
        "day": "by day",
        "night": "at night",
    },
    "fr": {
        "city": "Nous roulons en ville",
        "country": "Nous roulons à la campagne",
        "clear": "par temps clair",
        "rain": "sous la pluie",
        "fog": "dans le brouillard",
        "day": "de jour",
        "night": "de nuit",
    },
}
