-- A number below `choices` for each key and salt: the same on every run and server.
CREATE OR REPLACE FUNCTION bench.draw(key bigint, salt bigint, choices int) RETURNS int
LANGUAGE sql IMMUTABLE
RETURN ((hashint8extended(key, salt) & 2147483647) % choices)::int;
