"""Turns the rows of results.tsv into Markdown: medians, ratios against the peers, targets."""

import statistics
from collections import defaultdict

PEERS = ("restic", "borg")
FLOORS = ("cp -a", "tar")
NAMES = {"first": "first backup", "unchanged": "nothing changed", "changed": "1 % changed",
         "restore": "restore", "verify": "verify every byte", "version": "`--version`"}
MEASURES = {"wall": ("wall, s", "%.2f"), "cpu": ("CPU, s", "%.2f"), "peak": ("peak memory, MiB", "%.0f"),
            "stored": ("stored, MB", "%.1f"), "added": ("added, MB", "%.2f")}
# At most so many times the better of the two peers; peak memory: at most so many times restic's.
TARGETS = {("linux", "first", "wall"): 0.5, ("linux", "first", "cpu"): 0.5, ("linux", "first", "stored"): 0.8,
           ("large", "first", "wall"): 0.55, ("large", "first", "cpu"): 0.55, ("large", "first", "stored"): 0.97,
           ("large", "restore", "wall"): 0.6}
COPY_TARGET = 1.2  # linux, restore: at most so many times `cp -a`
for _corpus in ("linux", "large", "random"):
    TARGETS |= {(_corpus, "unchanged", "wall"): 0.5, (_corpus, "changed", "wall"): 0.5,
                (_corpus, "changed", "added"): 1.0, (_corpus, "verify", "wall"): 0.5}
    TARGETS |= {(_corpus, _operation, "peak"): 1.0
                for _operation in ("first", "unchanged", "changed", "restore", "verify")}


def read(text):
    """Notes (what stands behind #), and (corpus, operation, tool, measure) → median."""
    notes, values, header = {}, defaultdict(list), None
    for line in text.splitlines():
        if line.startswith("# "):
            key, value = line[2:].split(": ", 1)
            notes[key] = value
        elif header is None:
            header = line.split("\t")
        else:
            row = dict(zip(header, line.split("\t")))
            at = row["corpus"], row["operation"], row["tool"]
            values[*at, "wall"].append(float(row["wall_s"]))
            values[*at, "cpu"].append(float(row["user_s"]) + float(row["sys_s"]))
            values[*at, "peak"].append(int(row["peak_kib"]) / 1024)
            values[*at, "stored"].append(int(row["stored_bytes"]) / 1e6)
            values[*at, "added"].append(int(row["added_bytes"]) / 1e6)
            values[*at, "state"].append(int(row["state_bytes"]) / 1e6)
    return notes, {key: statistics.median(found) for key, found in values.items()}, values


def ratio(medians, corpus, operation, measure):
    """Salvor against the better peer, or against restic for memory; None where there is nothing to compare."""
    peers = ("restic",) if measure == "peak" else PEERS
    found = [medians[corpus, operation, peer, measure] for peer in peers
             if (corpus, operation, peer, measure) in medians]
    own = medians.get((corpus, operation, "salvor", measure))
    return None if own is None or not found or min(found) == 0 else own / min(found)


def judged(value, limit):
    if limit is None:
        return ""
    if value is None:
        return f"≤ {limit}"
    return f"≤ {limit} {'met' if value <= limit else '**missed**'}"


def markdown(text):
    notes, medians, values = read(text)
    corpora = list(dict.fromkeys(key[0] for key in values))
    tools = [tool for tool in ("salvor", *PEERS) if any(key[2] == tool for key in values)]
    rounds = {corpus: max(len(found) for key, found in values.items() if key[0] == corpus) for corpus in corpora}
    lines = [f"Machine: {notes.pop('machine', 'unknown')}.", ""]
    lines += [f"{tool}: {notes[tool]}." for tool in tools if tool in notes]
    for corpus in corpora:
        about = notes.get(f"corpus {corpus}")
        lines += ["", f"### {corpus}", ""]
        if about:
            many = f"Medians of {rounds[corpus]} rounds" if rounds[corpus] > 1 else "One round"
            lines += [f"{about}. {many}.", ""]
        lines += ["| operation | measure | " + " | ".join(tools) + " | ratio | target |",
                  "|---|---|" + "---:|" * (len(tools) + 1) + "---|"]
        for operation, name in NAMES.items():
            measures = ["wall", "cpu", "peak"]
            measures += {"first": ["stored"], "unchanged": ["added"], "changed": ["added"]}.get(operation, [])
            for measure in measures:
                cells = [medians.get((corpus, operation, tool, measure)) for tool in tools]
                if any(cell is not None for cell in cells):
                    label, form = MEASURES[measure]
                    value = ratio(medians, corpus, operation, measure)
                    lines.append("| %s | %s | %s | %s | %s |" % (
                        name, label, " | ".join("–" if cell is None else form % cell for cell in cells),
                        "" if value is None else "%.2f" % value,
                        judged(value, TARGETS.get((corpus, operation, measure)))))
        floors = [floor for floor in FLOORS if (corpus, "restore", floor, "wall") in medians]
        if floors:
            said = ", ".join("`%s` %.2f s (CPU %.2f s)" % (
                floor, medians[corpus, "restore", floor, "wall"], medians[corpus, "restore", floor, "cpu"])
                for floor in floors)
            lines += ["", f"Making the same tree anew with plain tools: {said}."]
            own = medians.get((corpus, "restore", "salvor", "wall"))
            copied = medians.get((corpus, "restore", "cp -a", "wall"))
            if corpus == "linux" and own is not None and copied:
                lines[-1] += f" Salvor's restore is {own / copied:.2f} × `cp -a`, {judged(own / copied, COPY_TARGET)}."
        state = ["%s %.1f MB" % (tool, medians[corpus, "verify", tool, "state"]) for tool in tools
                 if (corpus, "verify", tool, "state") in medians]
        if state:
            lines += ["", "Local state and caches at the end: " + ", ".join(state) + "."]
    return "\n".join(lines)
