"""Values of each SQL type, as SQL: the plausible, the odd and the impossible."""

# What is no likely argument, but may come.
ODD = {
    '"char"': ["'a'"],
    "bigint": ["0", "1", "-9223372036854775808", "9223372036854775807"],
    "boolean": ["true", "false"],
    "bytea": ["''", r"'\x00'", r"'\x0203040506'", "decode(repeat('00', 10000), 'hex')", "decode(repeat('ff', 1000), 'hex')",
              "(SELECT movements::bytea FROM app.packed LIMIT 1)"],
    "cstring": ["''", "'x'"],
    "date": ["'infinity'", "'-infinity'", "'4713-01-01 BC'", "'5874897-12-31'", "'0001-01-01'", "'9999-12-31'", "'1900-03-01'",
             "'294277-01-01'", "'2024-02-29'"],
    "daterange": ["'empty'", "'(,)'", "'[2024-01-01,)'", "'(,2024-01-01)'", "'[2024-01-01,2024-02-01)'", "'[2024-01-01,2024-07-01)'",
                  "'[-infinity,infinity]'", "'[4713-01-01 BC,5874897-12-30]'", "'[2024-01-15,2024-01-20)'"],
    "integer": ["0", "1", "-1", "10", "60", "1000000", "2147483647", "-2147483648"],
    "interval": ["'0'", "'-1 month'", "'1 day'", "'178000000 years'", "'-178000000 years'", "'1 month 1 day'", "'1 microsecond'",
                 "'2147483647 months'", "'2147483647 days'", "'-2147483648 days'", "'1 month -30 days'", "'2562047788 hours'"],
    "jsonb": ["'{}'", "'[]'", "'1'", "'null'", "'\"x\"'", "(repeat('[', 5000) || repeat(']', 5000))",
              "('{\"a\":\"' || repeat('z', 100000) || '\"}')",
              "'{\"amount\":1e131000,\"period\":{\"start\":1e30,\"end\":-1e30},\"price\":{\"recurring\":{\"interval\":\"month\",\"interval_count\":99999999999}}}'",
              "'{\"amount\":\"abc\",\"period\":[],\"price\":\"price_1\",\"plan\":{\"interval\":\"week\",\"interval_count\":-3,\"amount\":1}}'",
              "'{\"price\":{\"recurring\":null},\"plan\":null,\"discounts\":[[],{},1,null]}'",
              "'{\"parent\":{\"type\":\"subscription_item_details\",\"subscription_item_details\":{\"proration\":true,\"subscription\":{},\"subscription_item\":[]}},\"pricing\":{\"price_details\":{\"price\":{\"id\":1}},\"unit_amount_decimal\":\"1e999999\"}}'",
              "'{\"amount\":9223372036854775808,\"currency\":\"JPY\",\"period\":{\"start\":9223372036854775807,\"end\":9223372036854775807}}'",
              "'{\"status\":\"active\",\"items\":{\"data\":[{\"id\":1}]},\"created\":1704067200,\"current_period_end\":0,\"trial_end\":-1,\"cancel_at\":1e300}'"],
    "jsonb[]": ["'{}'", "ARRAY['{}'::jsonb]", "ARRAY['[]'::jsonb, NULL]", "ARRAY['{\"a\":1}', '{\"a\":2}']::jsonb[]"],
    "name": ["'nope'", "''", "'pg_catalog'", "'app'", "repeat('x', 63)", "'saas_metrics'", "'%I'", "'we\"ird%s ''x'"],
    "name[]": ["'{}'", "'{customer_id,plan}'", "'{NULL}'", "'{{a,b},{c,d}}'", "array_fill('x'::name, ARRAY[1000])", "'{xmin,ctid}'",
               "'[5:6]={customer_id,x}'"],
    "numeric": ["'NaN'", "'Infinity'", "'-Infinity'", "0", "-1", "1e131071", "-1e131071", "1e-16383", "12345678901234567890123456789012345678",
                "99999999999999999999.999999999999", "1e14", "1e15", "1e20", "0.000000000000000001", "(repeat('9', 131072))", "-0.0001"],
    "numeric[]": ["'{}'", "'{1,2,3}'", "'{NULL,1}'", "'{NaN,Infinity,-Infinity}'", "'{{1,2},{3,4}}'", "array_fill(1::numeric, ARRAY[100000])",
                  "'{1e131071,-1e131071}'", "'[3:4]={1,NULL}'", "'{NULL,NULL}'", "'{1e-16383,1e131071}'"],
    "oid": ["0", "1", "999999", "'pg_class'::regclass::oid", "'lg.current_lines'::regclass::oid", "'lg.mrr_monthly'::regclass::oid",
            "'app.subscriptions'::regclass::oid"],
    "oid[]": ["'{}'", "'{0,NULL,1}'", "'{{1,2},{3,4}}'", "ARRAY['lg.mrr_monthly'::regclass::oid, 'app.packed'::regclass::oid]",
              "array_fill(1::oid, ARRAY[1000])"],
    "regclass": ["0", "999999::oid::regclass", "'pg_class'", "'lg.current_lines'", "'lg.mrr_monthly'", "'app.subscriptions_pkey'"],
    "regclass[]": ["'{}'", "ARRAY['app.subscriptions'::regclass, NULL]", "'{lg.mrr_monthly}'", "'{0,999999}'", "'{{app.packed}}'"],
    "smallint": ["0", "1", "-1", "32767", "-32768"],
    "text": ["''", "'x'", "repeat('x', 100000)", "'%s'", "'a\"b''c'", r"E'\u00e9\U0001F600'", r"E'\n'", "'2024-01-01'", "'SELECT 1'",
             "'SELECT 1; DROP TABLE x'", "repeat('(', 20000) || '1'", "'SELECT * FROM app.packed FOR UPDATE'", "'currency=USD'", "'mrr'",
             "'new_mrr'", "'chartmogul'", "'customers'", "'month_of_x'", "'timestamptz'", "'c1'", "'day_opening'"],
    "text[]": ["'{}'", "'{a,b}'", "'{NULL,a}'", "'{{a,b},{c,d}}'", "array_fill('x'::text, ARRAY[10000])", "'[5:6]={a,b}'", "'{a,a}'",
               "array_fill('s'::text, ARRAY[64])", "array_fill('s'::text, ARRAY[1, 1, 1, 1, 1, 1])"],
    "timestamp with time zone": ["'infinity'", "'-infinity'", "'4714-11-24 00:00:00+00 BC'", "'294276-12-31 23:59:59.999999+00'",
                                 "'2024-02-29 23:59:59.999999'", "'2024-03-10 02:30 America/New_York'", "'1900-01-01'"],
    "uuid": ["'00000000-0000-0000-0000-000000000000'", "'ffffffff-ffff-ffff-ffff-ffffffffffff'"],
}

# Customers.
ELEMENTS = {
    "bigint": ["1", "9223372036854775807"],
    "boolean": ["true"],
    "character varying": ["'a'", "'b'"],
    "date": ["'2024-01-01'"],
    "integer": ["1", "2", "-2147483648", "2147483647"],
    "numeric": ["1"],
    "smallint": ["1", "-32768"],
    "text": ["'a'", "'b'", "'c'", "''", "repeat('k', 10000)"],
    "text[]": ["'{a}'"],
    "uuid": ODD["uuid"],
}

# What an argument of a name and type says where a call makes sense.
GRAINS = ["'day'", "'week'", "'month'", "'quarter'", "'year'"]
LIKELY = {
    "interval": {"billing_period": ["'1 month'", "'1 year'", "'3 months'", "'7 days'", "'1 day'"], "step": ["'1 month'", "'1 day'"]},
    "name": {"customer_id": ["'customer_id'"], "ledger": ["'lg'"]},
    "numeric": {"amount": ["10", "0", "99.99", "-5"], "discount": ["0", "1", "10"]},
    "regclass": {"queue": ["'lg.current_lines'", "'app.packed'"]},
    "text": {
        "churn_kind": ["NULL", "'voluntary'", "'involuntary'"],
        "currency": ["'USD'", "'EUR'", "NULL"],
        "customer_id": ["'customer_id'"],
        "customer_id_type": ["'text'", "'uuid'", "'bigint'"],
        "dialect": ["'stripe'", "'chartmogul'", "'profitwell'"],
        "dialect_a": ["'stripe'", "'chartmogul'"],
        "dialect_b": ["'profitwell'", "'recurly'"],
        "discount_kind": ["'permanent'", "'repeating'", "'once'", "NULL"],
        "grain": GRAINS,
        "input": ["'subscription_periods'", "'customers'", "'fx_rates'", "'invoice_lines'"],
        "item_id": ["'i1'", "'i2'", "NULL"],
        "kind": ["'recurring'", "'add_on'", "'usage'", "'one_time'", "'proration_debit'", "'proration_credit'", "'credit'"],
        "plan": ["'a'", "'b'", "NULL"],
        "policy": ["'default'", "'stripe'", "'recurly'"],
        "problem": ["NULL"],
        "query": ["'SELECT 1 AS customer_id'", "'SELECT customer_id, plan, amount, billing_period, starts_at FROM app.subscriptions'",
                  "'SELECT c.customer_id FROM changed AS c'"],
        "slice": ["NULL", *GRAINS, "'plan'", "'cohort'"],
        "status": ["'active'", "'trialing'", "'past_due'", "'unpaid'", "'paused'", "'canceled'", "'paid'", "'open'", "'draft'"],
        "step": ["'a'", "'b'"],
        "subscription_id": ["'s1'", "'s1'", "'s2'", "NULL"],
        "subscription_status": ["NULL", "NULL", "'active'", "'canceled'"],
        "time_zone": ["'UTC'", "'Pacific/Apia'"],
    },
    "text[]": {"steps": ["'{a,b}'", "'{a,b,c}'"]},
}

class Values:
    """row_types: the columns of row types, as (name, type); packed: bytes of packed movements."""

    def __init__(self, random, row_types, packed):
        self.random = random
        self.row_types = row_types
        self.packed = packed
        self.customer = "text"

    def choose_customer_type(self):
        self.customer = self.random.choice(["text", "text", *ELEMENTS])

    def of(self, sql_type, name=""):
        if sql_type == "anyelement":
            return f"{self.random.choice(ELEMENTS[self.customer])}::{self.customer}"
        if sql_type in self.row_types:
            columns = ", ".join(self.of(*reversed(column)) for column in self.row_types[sql_type])
            return f"ROW({columns})::{sql_type}"
        return f"{self.written(sql_type, name)}::{sql_type}"

    def written(self, sql_type, name):
        chance = self.random.random()
        if chance < 0.05:
            return "NULL"
        if sql_type == "saas_metrics.packed_movements":
            return self.packed_movements()
        if (sql_type, name) == ("text", "settings") and chance < 0.95:
            return self.settings()
        likely = LIKELY.get(sql_type, {}).get(name)
        if likely and chance < 0.85:
            return self.random.choice(likely)
        if chance < 0.7:
            return self.plausible(sql_type) or self.random.choice(ODD[sql_type])
        return self.random.choice(ODD[sql_type])

    def plausible(self, sql_type):
        between = self.random.randint
        match sql_type:
            case "date":
                return f"'20{between(15, 26)}-{between(1, 12)}-{between(1, 28)}'"
            case "interval":
                return "'1 month'"
            case "numeric":
                return str(between(-5, 1000) / self.random.choice([1, 10, 100, 1000000]))
            case "regclass":
                return "'app.subscriptions'"
            case "text":
                return self.random.choice(GRAINS)
            case "timestamp with time zone":
                return f"(timestamptz '2024-01-01' + interval '{between(-9999, 30000)} hours')"
        return None

    def packed_movements(self):
        """As they are, cut off, with some bytes changed, or nothing but noise."""
        packed = bytearray(self.random.choice(self.packed))
        match self.random.randrange(5):
            case 0:
                del packed[self.random.randrange(len(packed)):]
            case 1 | 2:
                for _ in range(self.random.randint(1, 4)):
                    packed[self.random.randrange(len(packed))] = self.random.choice([255, self.random.randrange(256)])
            case 3:
                packed = bytearray(self.random.randbytes(self.random.randint(0, 60)))
        return rf"'\x{packed.hex()}'::bytea"

    def settings(self):
        """As a ledger's engine_settings has them: some of them never do."""
        sane = self.random.random() < 0.8

        def one(*good, never=()):
            return self.random.choice(good if sane else [*good, *never])

        lines = [
            "currency=" + one("USD", "EUR", never=["usd", "ABCDEFGH", ""]),
            "time_zone=" + one("UTC", "America/New_York", "Pacific/Apia", never=["Nope"]),
            "churn_date=" + one("access_end", "cancel_effective", "cancel_request", never=["x"]),
            "past_due=" + one("count", "14 days", never=["0 days", "999 days", "-1 days"]),
            "paused=" + one("zero", "count"),
            "discount=" + one("recurring", "permanent", "all", "none"),
            "usage=" + one("exclude", "include"),
            "zero_mrr=" + one("inactive", "active"),
            "netting=" + one("day", "event", "month"),
            "gap_tolerance=" + one("0", "30", "3650", never=["-1", "99999999999"]),
            "renewal_grace=" + one("7", "0", "3650", never=["2147483647"]),
            "week=" + one("52/12", "4.33", never=["0", "1/0", "9999999999/1", "0.000000001"]),
            "day=" + one("365/12", "30", never=["0", "1/999999999"]),
            "fx=" + one("at_start", "daily"),
        ]
        for _ in range(self.random.choice([0, 0, 1, 5, 50])):
            day = one(str(self.random.randint(-5000, 12000)), never=["-2451545", "2145031948"])
            lines.append(f"rate={one('EUR', 'USD', 'GBP')} {day} {one('1.1', '?', '999999999999999', never=['0', '-1', 'abc'])}")
        if not sane and self.random.random() < 0.3:
            del lines[self.random.randrange(len(lines)):]
        return "'" + "\n".join(lines) + "'"
