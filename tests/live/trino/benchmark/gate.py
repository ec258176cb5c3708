# SPDX-License-Identifier: Apache-2.0
"""Whether Grebe takes more of the processor than when its figures were last accepted on a machine of this kind."""
import json
import os

TOLERANCE = 1.10


class Gate:
    """Figures by machine and metric, in a file outside the tree: those of another machine say nothing here."""

    def __init__(self, file_name, machine):
        self.file_name = file_name
        self.machine = machine
        self.accepted = {}
        if os.path.exists(file_name):
            with open(file_name, encoding="utf-8") as file:
                self.accepted = json.load(file)

    def judge(self, figures, accepts):
        """Prints what became slower and returns how many figures did. A metric that is new, or everything when
        `accepts`, is what later runs are compared with."""
        known = self.accepted.setdefault(self.machine, {})
        slower = [(name, known[name], seen) for name, seen in figures.items() if seen > known.get(name, seen) * TOLERANCE and not accepts]
        for name, before, seen in slower:
            print(f"**Slower**: {name}: {seen:.3f}, accepted was {before:.3f} ({seen / before - 1:+.0%}).")
        if figures and not slower:
            print(f"No figure of CPU is more than {TOLERANCE - 1:.0%} above what was accepted on this kind of machine.")
        for name, seen in figures.items():
            if accepts or name not in known:
                known[name] = seen
        os.makedirs(os.path.dirname(self.file_name), exist_ok=True)
        with open(self.file_name, "w", encoding="utf-8") as file:
            json.dump(self.accepted, file, indent=1, sort_keys=True)
        return len(slower)
