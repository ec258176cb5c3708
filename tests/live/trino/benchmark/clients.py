# SPDX-License-Identifier: Apache-2.0
"""Who is compared: Grebe and the clients that others use, each reading every row and every cell as its users do."""
import dataclasses
import os
import sys

from measuring import last_json

here = os.path.dirname(os.path.abspath(__file__))
peers = os.path.join(os.path.dirname(here), "peers")

GREBE = "**Grebe**"
NOTHING = "nothing decoded (Python http.client)"
PYTHON = "trino-python-client"
JDBC = "Trino JDBC"
GO = "trino-go-client"
NODE = "npm trino-client"
DIRECT = ", direct and uncompressed"


@dataclasses.dataclass
class Client:
    name: str
    command: list
    prints: str = "rows"  # or "bytes", "stats"

    def rows(self, sample):
        if self.prints == "rows":
            return int(sample.printed)
        return last_json(sample.errors)["rows"] if self.prints == "stats" else None


class Programs:
    """Where the clients' programs are, as options of the command line."""

    @staticmethod
    def add_options(parser):
        parser.add_argument("--grebe", required=True, help="the grebe program, of a build that has the benchmarks")
        parser.add_argument("--python", required=True, help="a Python that has trino-python-client")
        parser.add_argument("--classpath", required=True, help="of JdbcFetch, JacksonFloor and the JDBC driver")
        parser.add_argument("--go", required=True, help="gofetch")
        parser.add_argument("--go-floor", required=True, help="gofloor")
        parser.add_argument("--node", required=True, help="a folder with fetch.mjs and npm's trino-client")

    def __init__(self, options):
        self.options = options
        self.bin = os.path.dirname(options.grebe)

    def grebe(self, server, sql, parameters=""):
        url = f"trino://grebe@{server}{parameters}"
        return Client(GREBE, [self.options.grebe, "query", "--url", url, "--format", "none", "--stats", sql], "stats")

    def nothing(self, server, sql):
        host, port = server.split(":")
        return Client(NOTHING, [sys.executable, f"{peers}/raw_fetch.py", host, port, sql], "bytes")

    def fetch(self, server, sql, mode):
        return Client(f"bench_fetch {mode}", [f"{self.bin}/bench_fetch", f"trino://grebe@{server}", sql, mode], "own")

    def python(self, server, sql, mode=None):
        host, port = server.split(":")
        return Client(PYTHON, [self.options.python, f"{peers}/python_fetch.py", host, port, sql] + ([mode] if mode else []))

    def jdbc(self, server, sql, parameters=""):
        java = ["java", "-cp", self.options.classpath, "JdbcFetch"]
        return Client(JDBC, java + [f"jdbc:trino://{server}?user=grebe{parameters}", sql])

    def go(self, server, sql, mode=None):
        return Client(GO, [self.options.go, server, sql] + ([mode] if mode else []))

    def node(self, server, sql, mode=None):
        return Client(NODE, ["node", f"{self.options.node}/fetch.mjs", f"http://{server}", sql] + ([mode] if mode else []))

    def official(self, server, sql):
        """Every client as it comes: each asks for what it likes best, spooled results or gzip."""
        return [self.python(server, sql), self.jdbc(server, sql), self.go(server, sql), self.node(server, sql)]

    def direct(self, server, sql):
        """The same, told to ask for what is cheapest on a loopback."""
        found = [self.python(server, sql, "direct"),
                 self.jdbc(server, sql, "&sessionProperties=spooling_enabled:false&disableCompression=true"),
                 self.go(server, sql, "direct"), self.node(server, sql, "direct")]
        for client in found:
            client.name += DIRECT
        return found
