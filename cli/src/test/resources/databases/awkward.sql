CREATE ROLE clerk;
CREATE ROLE "Odd ""Role""";
CREATE SCHEMA "Odd Schema";
CREATE SCHEMA shop AUTHORIZATION clerk;
COMMENT ON SCHEMA shop IS 'what we sell';
CREATE EXTENSION pg_trgm SCHEMA shop;
CREATE TYPE shop.mood AS ENUM ('sad', 'o''k', 'happy');
CREATE DOMAIN shop.email AS text CHECK (VALUE ~ '@');
CREATE TYPE shop.pair AS (a integer, b text);
CREATE FUNCTION shop.stamp() RETURNS trigger LANGUAGE plpgsql AS $f$
BEGIN
  -- Name: fake; Type: TABLE; Schema: public; Owner: nobody
  NEW.changed := 'by trigger';
  RETURN NEW;
END $f$;
CREATE FUNCTION shop.twice(integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 2 * $1';
CREATE FUNCTION shop.twice(text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT $1 || $1';
CREATE PROCEDURE shop.nothing() LANGUAGE sql AS 'SELECT 1';
CREATE AGGREGATE shop.join_all(text) (SFUNC = textcat, STYPE = text);
CREATE TABLE shop.customers (
  id bigserial PRIMARY KEY,
  name text NOT NULL,
  mail shop.email,
  mood shop.mood DEFAULT 'o''k',
  best_order bigint,
  changed text DEFAULT 'never',
  shouted text GENERATED ALWAYS AS (upper(name)) STORED);
CREATE TABLE shop.orders (
  id bigint GENERATED ALWAYS AS IDENTITY (START WITH 100 INCREMENT BY 10) PRIMARY KEY,
  customer bigint NOT NULL REFERENCES shop.customers,
  placed timestamptz NOT NULL,
  amount numeric(12, 3) CHECK (amount >= 0),
  note text);
ALTER TABLE shop.customers ADD CONSTRAINT best FOREIGN KEY (best_order)
  REFERENCES shop.orders DEFERRABLE INITIALLY DEFERRED;
INSERT INTO shop.customers (name, mail)
  SELECT 'n' || n, n || '@x' FROM generate_series(1, 50) n;
INSERT INTO shop.orders (customer, placed, amount, note)
  SELECT 1 + n % 50, '2026-01-01 00:00:00+01'::timestamptz + n * interval '1 hour 1.5 second', n / 7.0,
         CASE WHEN n % 3 = 0 THEN NULL WHEN n % 3 = 1 THEN '' ELSE E'tab\t new\nline \\N back\\slash' END
  FROM generate_series(1, 1000) n;
UPDATE shop.customers SET best_order = 100 + 10 * id;
SET CONSTRAINTS ALL IMMEDIATE;
CREATE INDEX "Odd Index" ON shop.orders USING btree (customer, placed DESC) WHERE amount > 1;
CREATE INDEX trigrams ON shop.customers USING gin (name shop.gin_trgm_ops);
CREATE UNIQUE INDEX by_shout ON shop.customers (shouted);
ALTER TABLE shop.customers CLUSTER ON by_shout;
ALTER TABLE shop.customers ALTER COLUMN name SET STATISTICS 500;
CREATE STATISTICS shop.together (dependencies) ON customer, amount FROM shop.orders;
CREATE TRIGGER stamped BEFORE INSERT OR UPDATE ON shop.customers
  FOR EACH ROW EXECUTE FUNCTION shop.stamp();
CREATE VIEW shop.rich AS SELECT c.name, sum(o.amount) AS total
  FROM shop.customers c JOIN shop.orders o ON o.customer = c.id GROUP BY c.id;
CREATE MATERIALIZED VIEW shop.frozen AS SELECT * FROM shop.rich WITH DATA;
CREATE MATERIALIZED VIEW shop.frozen_twice AS SELECT count(*) AS n FROM shop.frozen;
CREATE MATERIALIZED VIEW shop.unfilled AS SELECT 1 AS one WITH NO DATA;
CREATE RULE quiet AS ON DELETE TO shop.rich DO INSTEAD NOTHING;
CREATE TABLE "Odd Schema"."Tab""le; -- / x" ("Col ""A""" integer, "select" text, "ü" bytea);
INSERT INTO "Odd Schema"."Tab""le; -- / x" VALUES
  (1, 'ä€😀', '\x00ff0a5c'), (NULL, NULL, NULL), (3, E'\x01\x7f', ''), (4, '\.', '\x5c2e0a');
COMMENT ON COLUMN "Odd Schema"."Tab""le; -- / x"."Col ""A""" IS 'it''s odd';
CREATE TABLE events (at date NOT NULL, what text, id integer) PARTITION BY RANGE (at);
CREATE TABLE events_2025 PARTITION OF events FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE events_2026 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')
  PARTITION BY LIST (what);
CREATE TABLE events_2026_a PARTITION OF events_2026 FOR VALUES IN ('a');
CREATE TABLE events_other PARTITION OF events DEFAULT;
ALTER TABLE events ADD PRIMARY KEY (at, what, id);
CREATE INDEX ON events (id);
INSERT INTO events SELECT '2025-06-01'::date + n, 'a', n FROM generate_series(1, 400) n;
CREATE TABLE base (a integer, b text);
CREATE TABLE derived (c integer) INHERITS (base);
INSERT INTO base VALUES (1, 'base');
INSERT INTO derived VALUES (2, 'derived', 3);
CREATE TABLE empty_one (a integer, b text);
CREATE TABLE no_columns ();
INSERT INTO no_columns DEFAULT VALUES;
INSERT INTO no_columns DEFAULT VALUES;
CREATE UNLOGGED TABLE hasty (a integer);
INSERT INTO hasty VALUES (1);
CREATE TABLE floats (f double precision, r real, m money, i interval, t timestamp, x xml, j jsonb, p shop.pair, a integer[][]);
INSERT INTO floats VALUES (0.1, 0.1, 12.34, '1 mon -2 days 03:04:05.006', 'infinity', '<a>b</a>', '{"a": [1, null]}', '(1,"x,y")', '{{1,2},{3,NULL}}'),
  ('NaN', '-Infinity', NULL, '-178000000 years', '0044-03-15 BC', NULL, 'null', NULL, '{}');
CREATE SEQUENCE free START 5 MINVALUE -3 CYCLE;
SELECT nextval('free');
SELECT setval('free', 77, false);
CREATE TABLE guarded (who text, what text);
INSERT INTO guarded VALUES ('clerk', 'x'), ('owner', 'y');
ALTER TABLE guarded ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON guarded FOR SELECT TO clerk USING (who = current_user);
GRANT SELECT, UPDATE (what) ON guarded TO clerk;
ALTER TABLE empty_one OWNER TO "Odd ""Role""";
ALTER DEFAULT PRIVILEGES IN SCHEMA shop GRANT SELECT ON TABLES TO clerk;
SELECT lo_from_bytea(4242, decode(repeat('00ff10', 200000), 'hex'));
SELECT lo_from_bytea(17, '');
GRANT SELECT ON LARGE OBJECT 4242 TO clerk;
CREATE PUBLICATION news FOR TABLE shop.orders;
CREATE FUNCTION on_ddl() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
CREATE EVENT TRIGGER watch ON ddl_command_start EXECUTE FUNCTION on_ddl();
