-- The billing tables, on both servers alike. Partitions are published by themselves.
CREATE TABLE subscriptions (
  id bigint NOT NULL, region text NOT NULL, customer_id bigint, plan text NOT NULL, starts_on date NOT NULL, ends_on date,
  PRIMARY KEY (id, region)
) PARTITION BY LIST (region);
CREATE TABLE subscriptions_eu PARTITION OF subscriptions FOR VALUES IN ('eu');
CREATE TABLE subscriptions_us PARTITION OF subscriptions FOR VALUES IN ('us');
ALTER TABLE subscriptions_eu REPLICA IDENTITY FULL;
ALTER TABLE subscriptions_us REPLICA IDENTITY FULL;
CREATE INDEX ON subscriptions (customer_id);
CREATE INDEX ON subscriptions (plan);
CREATE TABLE plans (plan text PRIMARY KEY, price numeric NOT NULL);
ALTER TABLE plans REPLICA IDENTITY FULL;
