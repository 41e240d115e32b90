-- What results.json is about.
CREATE TABLE span (customer integer, starts_on date, ends_on date, mrr numeric);
INSERT INTO span VALUES
  (1, '2025-01-10', '2025-03-05', 100),
  (2, '2025-01-20', NULL, 60), (2, '2025-02-15', NULL, 20.50),
  (3, '2025-03-10', NULL, 20);

CREATE TABLE payment (customer integer, paid_on date, amount numeric);
INSERT INTO payment VALUES
  (1, '2024-01-10', 80), (1, '2025-01-09', 120),
  (2, '2025-01-05', 50),
  (3, '2025-02-01', -10);

CREATE TABLE activity (subject text, active_on date);
INSERT INTO activity VALUES
  ('a', '2025-01-05'), ('a', '2025-02-07'),
  ('b', '2025-01-09'), ('b', '2025-03-02'),
  ('c', '2025-03-03');

CREATE TABLE event (subject text, step text, at timestamptz);
INSERT INTO event VALUES
  ('a', 'visit', '2025-01-01 09:00Z'), ('a', 'signup', '2025-01-01 10:00Z'), ('a', 'pay', '2025-01-01 11:30Z'),
  ('b', 'visit', '2025-01-01 09:00Z'), ('b', 'signup', '2025-01-01 09:30Z'),
  ('c', 'visit', '2025-01-01 09:00Z'),
  ('d', 'visit', '2025-01-01 09:00Z');
