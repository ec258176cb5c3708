-- SPDX-License-Identifier: Apache-2.0
-- The sample lake of `duckdb:sample`: a shop's customers, orders and web events, a little over a million rows.
-- Everything follows from hash(), so each run makes the same rows.

CREATE TEMP MACRO pick(seed, choices) AS (hash(seed) % choices)::INTEGER;

CREATE TYPE order_status AS ENUM ('new', 'paid', 'shipped', 'delivered', 'returned', 'cancelled');

CREATE TABLE countries (
    country VARCHAR PRIMARY KEY,
    code VARCHAR NOT NULL,
    region VARCHAR NOT NULL,
    currency VARCHAR NOT NULL,
    weight INTEGER NOT NULL
);
INSERT INTO countries VALUES
    ('Germany', 'DE', 'Europe', 'EUR', 22), ('France', 'FR', 'Europe', 'EUR', 14), ('United Kingdom', 'GB', 'Europe', 'GBP', 13),
    ('United States', 'US', 'Americas', 'USD', 19), ('Netherlands', 'NL', 'Europe', 'EUR', 6), ('Sweden', 'SE', 'Europe', 'SEK', 4),
    ('Poland', 'PL', 'Europe', 'PLN', 5), ('Spain', 'ES', 'Europe', 'EUR', 6), ('Italy', 'IT', 'Europe', 'EUR', 5),
    ('Japan', 'JP', 'Asia', 'JPY', 3), ('India', 'IN', 'Asia', 'INR', 2), ('Brazil', 'BR', 'Americas', 'BRL', 1);

CREATE TABLE customers (
    customer_id INTEGER PRIMARY KEY,
    name VARCHAR NOT NULL,
    email VARCHAR,
    country VARCHAR NOT NULL,
    city VARCHAR,
    joined DATE NOT NULL,
    newsletter BOOLEAN,
    tags VARCHAR[]
);

INSERT INTO customers
WITH share AS (SELECT country, sum(weight) OVER (ORDER BY country) - weight AS low, sum(weight) OVER (ORDER BY country) AS high FROM countries),
names AS (
    SELECT ['Ada', 'Ben', 'Carla', 'Dario', 'Elif', 'Finn', 'Grace', 'Hana', 'Ivo', 'Jonas', 'Katya', 'Liam', 'Mei', 'Nora', 'Omar',
            'Priya', 'Quentin', 'Rosa', 'Søren', 'Tomás', 'Uma', 'Vera', 'Wanda', 'Yuki', 'Zoë'] AS first,
           ['Almeida', 'Bauer', 'Castro', 'Dubois', 'Eriksson', 'Fischer', 'Garcia', 'Huber', 'Ito', 'Jansen', 'Kowalski', 'Lindqvist',
            'Moreau', 'Novak', 'Olsen', 'Patel', 'Rossi', 'Schmidt', 'Tanaka', 'Visser', 'Weber', 'Young', 'Zieliński'] AS last,
           ['Northgate', 'Riverside', 'Old Town', 'Harbour', 'Hillcrest', 'Lakeside', 'Westend', 'Market Square'] AS cities
)
SELECT id, first[1 + pick(id, len(first))] || ' ' || last[1 + pick(id * 7, len(last))],
       CASE WHEN pick(id * 3, 20) > 0 THEN 'customer' || id || '@example.org' END,
       share.country,
       CASE WHEN pick(id * 5, 12) > 0 THEN cities[1 + pick(id * 11, len(cities))] END,
       DATE '2019-01-01' + pick(id * 13, 2190),
       CASE pick(id * 17, 5) WHEN 0 THEN NULL WHEN 1 THEN false ELSE true END,
       CASE pick(id * 19, 4) WHEN 0 THEN [] WHEN 1 THEN ['retail'] WHEN 2 THEN ['retail', 'vip'] ELSE ['wholesale', NULL] END
FROM (SELECT range::INTEGER AS id FROM range(1, 25001)), names, share
WHERE pick(id * 23, 100) >= low AND pick(id * 23, 100) < high
ORDER BY id;

CREATE TABLE orders (
    order_id BIGINT NOT NULL,
    customer_id INTEGER NOT NULL,
    ordered_at TIMESTAMP WITH TIME ZONE NOT NULL,
    status order_status NOT NULL,
    total DECIMAL(12, 2) NOT NULL,
    discount DECIMAL(5, 4),
    items STRUCT(product VARCHAR, quantity INTEGER, price DECIMAL(10, 2))[]
);

INSERT INTO orders
WITH goods AS (
    SELECT ['Kettle', 'Desk lamp', 'Notebook', 'Backpack', 'Rain coat', 'Headphones', 'Camera', 'Chair', 'Teapot', 'Bicycle'] AS product,
           [34.90, 49.00, 6.50, 79.95, 119.00, 189.00, 649.00, 229.00, 27.50, 899.00]::DECIMAL(10, 2)[] AS price
), lines AS (
    SELECT range AS id, list_transform(generate_series(1, 1 + pick(range * 3, 3)), lambda i: {
               'product': product[1 + pick(range * 29 + i, len(product))],
               'quantity': (1 + pick(range * 31 + i, 3))::INTEGER,
               'price': price[1 + pick(range * 29 + i, len(price))] }) AS items
    FROM range(1, 200001), goods
)
SELECT id, (1 + pick(id * 37, 25000))::INTEGER,
       TIMESTAMPTZ '2022-01-01 00:00:00+00' + to_microseconds((id * 473040000 + pick(id * 41, 400000000))::BIGINT),
       (['new', 'paid', 'shipped', 'delivered', 'delivered', 'delivered', 'delivered', 'returned', 'cancelled'])[1 + pick(id * 43, 9)],
       list_sum(list_transform(items, lambda item: item.quantity * item.price))::DECIMAL(12, 2),
       CASE WHEN pick(id * 47, 5) = 0 THEN ((pick(id * 53, 2500)) / 10000.0)::DECIMAL(5, 4) END,
       items
FROM lines;

CREATE TABLE events (
    event_id UUID NOT NULL,
    customer_id INTEGER,
    happened_at TIMESTAMP WITH TIME ZONE NOT NULL,
    kind VARCHAR NOT NULL,
    duration INTERVAL,
    properties MAP(VARCHAR, VARCHAR),
    position STRUCT(page VARCHAR, scroll FLOAT)
);

INSERT INTO events
SELECT md5('event ' || range)::UUID,
       CASE WHEN pick(range * 3, 4) > 0 THEN (1 + pick(range * 5, 25000))::INTEGER END,
       TIMESTAMPTZ '2024-01-01 00:00:00+00' + to_microseconds((range * 39420000 + pick(range * 7, 30000000))::BIGINT),
       (['view', 'view', 'view', 'search', 'click', 'click', 'basket', 'purchase'])[1 + pick(range * 11, 8)],
       CASE WHEN pick(range * 13, 3) > 0 THEN to_milliseconds(pick(range * 17, 90000)) END,
       CASE pick(range * 19, 4) WHEN 0 THEN NULL WHEN 1 THEN MAP {} WHEN 2 THEN MAP { 'device': 'phone' }
            ELSE MAP { 'device': 'desktop', 'campaign': 'spring' } END,
       { 'page': '/p/' || pick(range * 23, 500), 'scroll': ((pick(range * 29, 1001)) / 1000.0)::FLOAT }
FROM range(800000);

CREATE VIEW revenue_by_country AS
SELECT country, count(*) AS orders, sum(total) AS revenue
FROM orders JOIN customers USING (customer_id)
WHERE status NOT IN ('returned', 'cancelled')
GROUP BY country;

COMMENT ON TABLE countries IS 'Where the shop delivers';
COMMENT ON COLUMN countries.weight IS 'Percent of the customers who live there';
COMMENT ON TABLE customers IS 'Everyone who ever ordered';
COMMENT ON COLUMN customers.country IS 'A country that the shop delivers to, see countries';
COMMENT ON COLUMN customers.newsletter IS 'NULL: was never asked';
COMMENT ON TABLE orders IS 'One row per order, its items nested';
COMMENT ON COLUMN orders.total IS 'In the shop''s currency, before discount';
COMMENT ON COLUMN orders.items IS 'Product, quantity and price of each line';
COMMENT ON TABLE events IS 'What visitors did on the web site';
COMMENT ON COLUMN events.customer_id IS 'NULL: was not signed in';
COMMENT ON COLUMN events.properties IS 'Free key and value pairs of the tracker';
COMMENT ON VIEW revenue_by_country IS 'Orders that were kept, by country';
