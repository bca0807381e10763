"""Questions as people may put them: many wordings of each task, in English and French, and text about nothing.

`HELD_OUT` is never trained on: it shows whether a question in new words is understood.
"""

from functools import cache
from pathlib import Path

import numpy as np
import yaml

from cosmos_compare.demo.answers_text import Asked, Task
from cosmos_compare.demo.phrases import Language

PROMPTS = Path(__file__).resolve().parents[2] / "prompts"
# Which task each shipped prompt file asks for.
SHIPPED: dict[str, Task] = {
    "driving": "describe", "critical_objects": "objects", "risk": "risk", "next_action": "action",
    "timeline": "timeline", "boxes": "boxes", "report": "report",
}  # fmt: skip

EN: dict[Task, tuple[str, ...]] = {
    "describe": (
        "Describe this clip.", "Describe the scene.", "What happens in this video?", "What is going on?",
        "Tell me what you see.", "Give a description of the drive.", "Summarise the clip in words.",
        "Explain what is happening on the road.", "What do you see in the video?", "Caption this video.",
        "Describe the video in detail.", "What is this clip about?", "Give me an overview of this drive.",
        "Report what happens.", "Can you describe the traffic situation?", "Analyse this driving scene.",
        "Write a short description for a safety engineer.", "Please analyse the drive.", "What can be seen here?",
        "Describe what the camera shows.", "Give a driving analysis of this clip.", "Talk me through this video.",
        "Describe this drive and its risks.", "What should I know about this scene?",
    ),
    "objects": (
        "Which objects are critical?", "List the critical objects.", "What objects are visible?", "Who is on the road?",
        "Name the road users in this clip.", "Which road users do you see?", "What is on or near the road?",
        "List everything relevant for driving.", "What should the driver watch?", "Which objects matter for safety?",
        "Enumerate the objects in the scene.", "Name all relevant objects.", "What traffic participants are there?",
        "Which vehicles and people are in the video?", "What are the important objects for the ego vehicle?",
        "List the road users and signals.", "Tell me which objects you see.", "What objects does the clip contain?",
        "Identify the critical objects.", "Identify all road users.", "Who and what is in front of the car?",
        "Which agents are in the scene?",
    ),
    "risk": (
        "How high is the risk?", "What is the risk level?", "Is this situation dangerous?", "How dangerous is this?",
        "Rate the risk: none, low, medium or high.", "Assess the risk.", "What is the danger here?",
        "How risky is this scene and why?", "Give the risk level with a reason.", "Is there a hazard?",
        "How safe is this drive?", "Judge the danger for the ego vehicle.", "Evaluate the risk of a collision.",
        "What level of risk do you see?", "Is a collision likely?", "How critical is the situation?",
        "Rate how dangerous the scene is.", "Estimate the risk.", "What risk does the driver face?",
        "Tell me the risk level and the reason.", "Are we in danger?",
    ),
    "action": (
        "What should the ego vehicle do next?", "What should the car do?", "What is the right action now?",
        "Which action do you advise?", "Should the car stop, slow down or keep its speed?", "What would you do next?",
        "What should the driver do?", "Recommend the next action.", "Give the next action.", "What is the best next move?",
        "Should the driver brake?", "How should the ego vehicle react?", "Advise the driver.", "What is the safe action?",
        "Which manoeuvre should follow?", "What must the car do now?", "Plan the next action of the ego vehicle.",
        "What do you recommend to the driver?", "Can the car go on?", "What should happen next?", "Decide what to do.",
    ),
    "ego": (
        "What does the ego vehicle do?", "How does the ego vehicle move?", "How does our car move?", "What does our car do?",
        "Does the ego vehicle slow down?", "Is the car moving?", "Does the car stop?", "How does the speed change?",
        "Describe the motion of the ego vehicle.", "Is the ego vehicle braking?", "What is the ego vehicle doing?",
        "Does our speed change?", "Tell me how the car moves.", "How is the camera car driving?", "Do we stop?",
        "Are we moving or standing?", "Does the car accelerate?", "Describe our own movement.", "How does the camera move?",
        "What is our own vehicle doing?", "Do we pull away?",
    ),
    "timeline": (
        "List the events with their times as JSON.", "Give a timeline as JSON.", "When does what happen? Answer in JSON.",
        "Write the events of the clip as JSON with start and end.", "Give all events with start and end times in JSON.",
        "Return the timeline of this clip as JSON.", "List what happens in order, as JSON.", "JSON timeline of the video.",
        "Make a timeline in JSON.", "Output the sequence of events as JSON.", "Events as JSON: start, end, event.",
        "Give me the timed events in JSON format.", "Write a time line of the drive in JSON.", "Annotate the events in JSON.",
        "Segment the video into events, as JSON.", "Temporal localisation of the events in JSON.",
        "Provide start and end of each event as JSON.", "Which events occur, and when? JSON only.",
        "Time-stamp the events in JSON.", "Return JSON with every event and its time.",
    ),
    "boxes": (
        "Give boxes as JSON.", "Locate the objects in the last frame.", "Draw boxes round the road users, as JSON.",
        "Where are the objects? Give bounding boxes.", "Detect the road users and give their boxes in JSON.",
        "Output the bounding boxes of all objects.", "Return 2D boxes in JSON.", "Detect all objects.",
        "Locate every road user with a box.", "Give the bounding box of each object in the last frame.",
        "Localise the road users.", "JSON boxes please.", "Where is each object in the picture? Use boxes.",
        "Ground the objects with boxes.", "Provide bbox_2d for each object.", "Find the objects and box them.",
        "Mark the objects with boxes in JSON.", "Object detection in the final frame, as JSON.",
        "Give coordinates of the road users.", "List labels with bounding boxes.",
    ),
    "report": (
        "Fill in the report as JSON.", "Give a structured report.", "Write the full report in JSON.",
        "Complete the scene report.", "Return the report with all fields.", "Structured JSON report of this clip.",
        "Fill out the report fields.", "Report as JSON with all fields.", "Make a full report in JSON.",
        "Produce the structured report.", "Give the complete JSON report.", "Fill the form for this clip in JSON.",
        "Describe this clip as a JSON report.", "Write a detailed report in JSON.", "I need the full report as JSON.",
        "Create a structured report of the drive.", "Output a report object in JSON.", "JSON report, all fields.",
        "Full structured report, please.", "Give me the long report in JSON.",
    ),
    "summary": (
        "Summarise this clip as JSON.", "Give a short JSON summary.", "Short summary in JSON.", "Answer with a small JSON object.",
        "Summarise as JSON: objects, ego, risk, event, time, next.", "Sum up the video in JSON.", "JSON summary.",
        "Give the key facts as JSON.", "Key facts in JSON, please.", "Return a brief summary as JSON.",
        "What are the main facts? Use JSON.", "Brief JSON with objects, ego motion, risk and event.",
        "Compress the clip into a JSON object.", "Write a JSON summary of the drive.", "Sum this up as JSON.",
        "Structure your response in JSON.", "Give the essentials in JSON.", "Short answer as JSON.",
        "Summarise the scene in JSON.", "One small JSON object, please.",
    ),
}  # fmt: skip
FR: dict[Task, tuple[str, ...]] = {
    "describe": (
        "Décris cette vidéo.", "Décrivez la scène.", "Que se passe-t-il ?", "Que vois-tu ?", "Raconte ce trajet.",
        "Que montre la caméra ?", "Explique ce qui se passe sur la route.", "Donne une description de la vidéo.",
        "Analyse cette scène de conduite.", "Que se passe-t-il dans cette séquence ?", "Peux-tu décrire la situation ?",
    ),
    "objects": (
        "Quels objets sont critiques ?", "Quels usagers vois-tu ?", "Qui est sur la route ?", "Liste les objets importants.",
        "Quels véhicules et piétons sont visibles ?", "Nomme les usagers de la route.", "Que doit surveiller le conducteur ?",
        "Quels sont les objets visibles ?", "Énumère les usagers et les feux.", "Quels objets comptent pour la sécurité ?",
    ),
    "risk": (
        "Quel est le niveau de risque ?", "Est-ce dangereux ?", "Quel est le danger ?", "Évalue le risque.",
        "La situation est-elle dangereuse ?", "Quel risque y a-t-il et pourquoi ?", "À quel point est-ce risqué ?",
        "Donne le niveau de risque.", "Y a-t-il un danger ?", "Estime le risque de collision.",
    ),
    "action": (
        "Que doit faire la voiture ?", "Que faire ensuite ?", "Quelle action conseilles-tu ?", "Que doit faire le conducteur ?",
        "Faut-il freiner ?", "Quelle est la bonne action ?", "Comment réagir ?", "Que recommandes-tu ?",
        "La voiture doit-elle s'arrêter ?", "Quelle est la prochaine manœuvre ?",
    ),
    "ego": (
        "Que fait notre voiture ?", "Comment roule la voiture ?", "La voiture freine-t-elle ?", "Comment change la vitesse ?",
        "Est-ce que nous avançons ?", "Que fait le véhicule ?", "La voiture s'arrête-t-elle ?", "Décris notre mouvement.",
        "Roulons-nous ?", "Comment bouge la caméra ?",
    ),
    "timeline": (
        "Liste les événements en JSON.", "Donne une chronologie en JSON.", "Quand se passe quoi ? Réponds en JSON.",
        "Chronologie JSON avec début et fin.", "Donne les événements et leurs temps en JSON.", "Fais une frise en JSON.",
    ),
    "boxes": (
        "Donne les boîtes en JSON.", "Où sont les objets ? Donne les boîtes.", "Localise les usagers.",
        "Détecte les objets et donne leurs cadres.", "Donne les cadres des objets en JSON.", "Encadre les usagers, en JSON.",
    ),
    "report": (
        "Remplis le rapport en JSON.", "Donne un rapport structuré.", "Fais le rapport complet en JSON.",
        "Rapport JSON avec tous les champs.", "Écris le rapport détaillé en JSON.", "Complète le rapport.",
    ),
    "summary": (
        "Résume la vidéo en JSON.", "Donne un petit résumé en JSON.", "Les faits essentiels en JSON.", "Résumé JSON court.",
        "Résume cette séquence en JSON.", "Donne l'essentiel en JSON.",
    ),
}  # fmt: skip
WHEN: dict[Language, dict[str, tuple[str, ...]]] = {
    "en": {
        "crosses": ("When does the pedestrian start to cross?", "At what time does someone cross the road?", "When does a person step onto the road?", "When does the pedestrian begin crossing?"),
        "emerges": ("When does the pedestrian step out?", "When does someone come out from behind the parked vehicle?", "At what time does the hidden pedestrian appear?"),
        "brakes": ("When does the vehicle ahead brake?", "When do the brake lights come on?", "At what time does the lead vehicle slow down?", "When does the car in front brake?"),
        "merges": ("When does the cyclist move into our lane?", "When does the cyclist swerve?", "At what time does the bicycle come into the lane?"),
        "turns red": ("When does the light turn red?", "At what time does the signal become red?", "When does the traffic light change to red?"),
        "turns green": ("When does the light turn green?", "At what time does the signal become green?", "When does the traffic light change to green?"),
        "": ("When does the key event happen?", "When does the most important event begin?", "At what time does it get critical?", "When does something happen?", "When is the main event?", "At which second does the situation change?", "What happens, and when?", "Give the time of the main event.", "When should the driver have reacted?"),
    },
    "fr": {
        "crosses": ("Quand le piéton commence-t-il à traverser ?", "À quel moment quelqu'un traverse-t-il ?"),
        "emerges": ("Quand le piéton surgit-il ?", "À quel moment le piéton caché apparaît-il ?"),
        "brakes": ("Quand le véhicule devant freine-t-il ?", "À quel moment la voiture devant freine-t-elle ?"),
        "merges": ("Quand le cycliste se rabat-il ?", "À quel moment le vélo vient-il sur notre voie ?"),
        "turns red": ("Quand le feu passe-t-il au rouge ?", "À quel moment le feu devient-il rouge ?"),
        "turns green": ("Quand le feu passe-t-il au vert ?", "À quel moment le feu devient-il vert ?"),
        "": ("Quand a lieu l'événement principal ?", "À quel moment la situation change-t-elle ?", "Quand se passe-t-il quelque chose ?"),
    },
}  # fmt: skip
PRESENT = {
    "en": ("Is there {}?", "Do you see {}?", "Can you see {} in this clip?", "Is {} visible?", "Does the video show {}?", "Are we facing {}?"),
    "fr": ("Y a-t-il {} ?", "Vois-tu {} ?", "La vidéo montre-t-elle {} ?"),
}  # fmt: skip
NAMES: dict[Language, dict[str, tuple[str, ...]]] = {
    "en": {
        "pedestrian": ("a pedestrian", "a person", "someone on foot"), "cyclist": ("a cyclist", "a bicycle"),
        "car": ("a car ahead", "a car in front of us"), "oncoming car": ("an oncoming car", "a car coming towards us"),
        "parked vehicle": ("a parked car", "a parked vehicle"), "truck": ("a truck", "a lorry"),
        "traffic light": ("a traffic light", "a signal"), "crosswalk": ("a crosswalk", "a zebra crossing"),
    },
    "fr": {
        "pedestrian": ("un piéton",), "cyclist": ("un cycliste", "un vélo"), "car": ("une voiture devant",),
        "oncoming car": ("une voiture en sens inverse",), "parked vehicle": ("un véhicule stationné",),
        "truck": ("un camion",), "traffic light": ("un feu",), "crosswalk": ("un passage piéton",),
    },
}  # fmt: skip
BEFORE = ("", "", "", "Please. ", "Look at the video. ", "You see a drive. ", "Watch closely. ", "As an expert: ", "Question: ", "Hello. ", "These are frames of a dashcam. ")
AFTER = ("", "", "", " Be brief.", " Answer in one sentence.", " Thanks.", " Explain.", " Be precise.", " Do not guess.", " Use plain words.")
BEFORE_FR = ("", "", "", "S'il te plaît. ", "Regarde la vidéo. ", "Question : ", "Bonjour. ")
AFTER_FR = ("", "", "", " Sois bref.", " Merci.", " Explique.")
NOTHING = (
    "Hello", "Hi there", "Tell me a joke.", "What is the capital of France?", "test", "?", "ok", "Go.", "Thanks", "Write a poem.",
    "How are you?", "Who are you?", "What is your name?", "What is 2 + 2?", "Continue.", "Anything else?", "Why?", "Interesting.",
)  # fmt: skip
WORDS = (
    "the a of and to in is it you that he was for on are with as his they be at one have this from or had by hot but some what "
    "there we can out other were all your when up use word how said an each she which do their time if will way about many then "
    "them would write like so these her long make thing see him two has look more day could go come did my sound no most number "
    "who over know water than call first people may down side been now find any new work part take get place made live where "
    "after back little only round man year came show every good me give our under name very through just form much great think "
    "say help low line before turn cause same mean differ move right boy old too does tell sentence set three want air well also "
    "play small end put home read hand port large spell add even land here must big high such follow act why ask men change went "
    "light kind off need house picture try us again animal point mother world near build self earth father camera vehicle driver "
    "system policy rules answer format output assistant careful concise model video frames seconds report engineer safety always "
    "never should must not only follow instructions language user question speed road lane signal weather distance braking"
).split()  # fmt: skip

HELD_OUT: dict[str, tuple[tuple[str, Asked], ...]] = {
    "summary": (
        ("Put the essence of this footage into one JSON object.", Asked("summary")),
        ("Boil it down to JSON for me.", Asked("summary")),
        ("I want a compact JSON digest of the recording.", Asked("summary")),
    ),
    "objects": (
        ("Who else shares the street with us?", Asked("objects")),
        ("Make an inventory of the traffic you notice.", Asked("objects")),
        ("Point out every participant in this recording.", Asked("objects")),
    ),
    "risk": (("Would you be worried in this situation?", Asked("risk")), ("Grade the peril of the moment.", Asked("risk"))),
    "action": (("If you sat at the wheel, what now?", Asked("action")), ("Suggest how the automobile ought to behave.", Asked("action"))),
    "describe": (("Narrate the footage.", Asked("describe")), ("Sketch the situation for a colleague.", Asked("describe"))),
}  # fmt: skip

Rng = np.random.Generator


@cache
def shipped(folder: Path = PROMPTS) -> tuple[tuple[str, str, str], ...]:
    """(name, system turn, question) of each prompt file the project ships."""
    found = []
    for path in sorted(folder.glob("*.yaml")):
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        found.append((path.stem, (data.get("system_prompt") or "").strip(), (data.get("user_prompt") or "").strip()))
    return tuple(found)


def ask(rng: Rng, task: Task, language: Language, about: str | None) -> str:
    """One wording of a question."""
    if task == "when":
        body = _any(rng, WHEN[language][about or ""])
    elif task == "present":
        assert about is not None
        body = _any(rng, PRESENT[language]).format(_any(rng, NAMES[language][about]))
    else:
        body = _any(rng, (EN if language == "en" else FR)[task])
    before, after = (BEFORE, AFTER) if language == "en" else (BEFORE_FR, AFTER_FR)
    if rng.random() < 0.25:
        body = body.lower() if rng.random() < 0.5 else body.rstrip(".?! ")
    return _any(rng, before) + body + _any(rng, after)


def chatter(rng: Rng) -> str:
    """Text that asks for nothing we know; the answer is a description."""
    if rng.random() < 0.4:
        return _any(rng, NOTHING)
    return filler(rng, int(rng.integers(1, 25)))


def filler(rng: Rng, words: int) -> str:
    """Words without meaning, in sentences, some of them letters by chance."""
    out = []
    for k in range(words):
        word = _any(rng, WORDS)
        if rng.random() < 0.06:
            word = "".join(chr(97 + c) for c in rng.integers(0, 26, rng.integers(2, 9)))
        elif rng.random() < 0.03:
            word = str(rng.integers(0, 2000))
        if k == 0 or out[-1].endswith((".", "\n")):
            word = word.capitalize()
        out.append(word + ("." if rng.random() < 0.1 else ",\n" if rng.random() < 0.02 else ""))
    return " ".join(out)


def _any(rng: Rng, items: tuple[str, ...] | list[str]) -> str:
    return items[int(rng.integers(len(items)))]
