"""What benchmarks/attacks.py has a tree read: scripts that run in this tree and in one before the rooms were built."""

TABLE = "('|' + 'ab |' * 181 + '\\n|' + '---|' * 181 + '\\n' + '|\\n' * 360 + '\\n')"
WIDE = "('|' + 'a|' * 2_000 + '\\n|' + '-|' * 2_000 + '\\n' + ('|' + 'a|' * 2_000 + '\\n') * 20 + '\\n')"
TEXTS = {
    "a table of 181 columns, 360 rows": TABLE,
    "5 such tables, 11 kB": TABLE + " * 5",
    "20 such tables, 45 kB": TABLE + " * 20",
    "tables of 2,000 columns, 200 kB": "(" + WIDE + " * 3)[:200_000]",
    "`![` repeated, 200 kB": "('![' * 4_900 + '\\n\\n') * 20",
    "`[` repeated, 200 kB": "('[' * 9_900 + '\\n\\n') * 20",
    "headings `# a!!!…a`, 200 kB": "('# a' + '!' * 9_900 + 'a\\n\\nText\\n\\n') * 20",
}
PARSE = "try:\n from conduct.text.code import parse\nexcept ImportError:\n from conduct.code import parse\n"
ESSENCE = (
    "try:\n from conduct.ranking.courtesies import essence\n"
    "except ImportError:\n from conduct.question import essence\n"
)
ADAPTER = (
    "try:\n from conduct.model.adapter import load\n load(Path(sys.argv[1]), 'x')\n"
    "except ImportError:\n from conduct.adapter import load\n load(Path(sys.argv[1]) / 'adapter.safetensors', 'x')\n"
)
VECTORS = (
    PARSE
    + """
from inspect import signature
from safetensors import safe_open
try:
 from conduct.dataset.situations import read_situations
 from conduct.ranking.vectors import load
except ImportError:
 from conduct.situations import read_situations
 from conduct.vectors import load
folder = Path(sys.argv[1])
code = parse((folder / 'code_of_conduct.md').read_text())
bank = read_situations(folder / 'situations.jsonl', [passage.id for passage in code.passages])
path = folder / 'vectors.safetensors'
with safe_open(path, 'np') as file:
 metadata = file.metadata()
model = metadata['model'] + '@' + metadata['model_revision']
more = {'dimensions': lambda: 384} if 'dimensions' in signature(load).parameters else {}
load(path, code, bank, model, **more)
"""
)
