"""Texts of the page that are used in several places; they are translated where they are shown."""

TITLE = "Is this okay?"
SUBTITLE = "Ask about a situation; read what the code of conduct says, word for word."
QUESTION = "Your question"
PLACEHOLDER = "What happened, or what would you like to do?"
ASK = "Ask"
LEAVE = "Leave quickly"
PASTE = "Or paste a draft, such as a mail or a post: it is read sentence by sentence."
FOR_EXAMPLE = "For example"
MISPLACED = (
    "Only the plain form of this page works here, because the app does not know the path of its own address: "
    "please tell its owner that the proxy in front has to send X-Forwarded-Prefix."
)
EXAMPLES = (
    "Is it ok to laugh about a thick accent if the guy laughs along?",
    "Somebody keeps interrupting the only woman on the panel",
    "I made a joke and was told that it hurt. What now?",
    "His pull request looks wrong to me. May I just rewrite it?",
    "The same three friends get the speaking slots every time",
    "He goes on sending her insults after we asked him to stop",
    "Who pays for my train to the meetup?",
)
