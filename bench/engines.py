"""The three engines behind one interface: load a data set, run a query."""
import duckdb
import psycopg
from chdb import session as chdb_session


class Skipped(Exception):
    """A query that gave no result, and why."""


class Postgres:
    """A session on the server that libpq's variables name, with so many workers a query."""

    name = "SQL"

    def __init__(self, workers=0, limit=0):
        self.limit = limit
        self.connection = psycopg.connect(autocommit=True, prepare_threshold=None)
        for setting, value in {
            "search_path": "bench",
            "max_parallel_workers_per_gather": workers,
            # Workers are asked for by name here, so they are not weighed against a small table.
            "parallel_setup_cost": 0,
            "parallel_tuple_cost": 0,
            "min_parallel_table_scan_size": 0,
        }.items():
            self.connection.execute(f"SET {setting} = '{value}'")

    def run(self, sql):
        return self.connection.execute(sql)

    def first_run(self, sql):
        """Given up after the limit. Later runs are not: their time is known, and a timeout that
        comes just as a query ends would hit the next."""
        try:
            self.run(f"SET statement_timeout = '{self.limit}s'")
            return self.run(sql)
        except psycopg.errors.QueryCanceled:
            raise Skipped(f"over {self.limit} s") from None
        finally:
            self.run("SET statement_timeout = 0")

    @staticmethod
    def rows(cursor):
        return [column.name for column in cursor.description], cursor.fetchall()

    def value(self, sql):
        return self.connection.execute(sql).fetchone()[0]

    def is_parallel(self, sql):
        return "Gather" in str(self.value(f"EXPLAIN (FORMAT JSON) {sql}"))

    def close(self):
        self.connection.close()


class DuckDB:
    """In memory, 2 threads."""

    name = "DuckDB"

    version = f"DuckDB {duckdb.__version__}"

    def __init__(self, folder):
        self.connection = duckdb.connect(
            config={"threads": 2, "temp_directory": f"{folder}/duckdb"})

    def load(self, dataset, csv):
        types = ", ".join(f"{name} {type}" for name, _, type, _ in dataset.columns)
        self.connection.execute(f"CREATE OR REPLACE TABLE {dataset.name} ({types})")
        self.connection.execute(f"COPY {dataset.name} FROM '{csv}' (HEADER false)")

    def run(self, sql):
        try:
            cursor = self.connection.execute(sql)
            return [column[0] for column in cursor.description], cursor.fetchall()
        except duckdb.Error as error:
            raise Skipped(first_line(error)) from None

    first_run = run

    @staticmethod
    def rows(result):
        return result

    def close(self):
        self.connection.close()


class ClickHouse:
    """MergeTree tables in a folder, in the order of arrival; 2 threads."""

    name = "ClickHouse"

    def __init__(self, folder):
        self.session = chdb_session.Session(f"{folder}/clickhouse")
        self.session.query("CREATE DATABASE bench ENGINE = Atomic")
        self.session.query("USE bench")
        self.session.query("SET max_threads = 2")
        version = self.session.query("SELECT version()", "TSV").bytes().decode().strip()
        self.version = f"ClickHouse {version}"

    def load(self, dataset, csv):
        types = ", ".join(f"{name} {type}" for name, _, _, type in dataset.columns)
        self.session.query(f"DROP TABLE IF EXISTS {dataset.name} SYNC")
        self.session.query(f"CREATE TABLE {dataset.name} ({types}) ENGINE = MergeTree ORDER BY ()")
        self.session.query(f"INSERT INTO {dataset.name} SELECT * FROM file('{csv}', 'CSV', $${types}$$)")
        self.session.query(f"OPTIMIZE TABLE {dataset.name} FINAL")

    def run(self, sql):
        try:
            return self.session.query(sql, "TSVWithNames")
        except RuntimeError as error:
            raise Skipped(first_line(error)) from None

    first_run = run

    @staticmethod
    def rows(result):
        lines = result.bytes().decode().splitlines()
        return lines[0].split("\t"), [line.split("\t") for line in lines[1:]]

    def close(self):
        self.session.close()


def first_line(error):
    return str(error).splitlines()[0][:200]
