-- A visitor's times of each step in sorted arrays; from each entry the first time at or after the
-- one before.
WITH visitor AS (
    SELECT arraySort(groupArrayIf(toUInt32(occurred_at), step = 'visit')) AS visits,
           arraySort(groupArrayIf(toUInt32(occurred_at), step = 'sign_up')) AS sign_ups,
           arraySort(groupArrayIf(toUInt32(occurred_at), step = 'activate')) AS activations,
           arraySort(groupArrayIf(toUInt32(occurred_at), step = 'invite')) AS invitations,
           arraySort(groupArrayIf(toUInt32(occurred_at), step = 'subscribe')) AS subscriptions
      FROM events
     GROUP BY visitor_id
    HAVING notEmpty(visits)
), entry AS (
    SELECT visits AS t1,
           arrayMap(a -> arrayFirst(b -> b >= a, sign_ups), t1) AS t2,
           arrayMap(a -> if(a = 0, 0, arrayFirst(b -> b >= a, activations)), t2) AS t3,
           arrayMap(a -> if(a = 0, 0, arrayFirst(b -> b >= a, invitations)), t3) AS t4,
           arrayMap(a -> if(a = 0, 0, arrayFirst(b -> b >= a, subscriptions)), t4) AS t5,
           arrayMap((a, b, c, d, e) -> 1 + (b > 0 AND b <= a + 1209600) + (c > 0 AND c <= a + 1209600)
                                         + (d > 0 AND d <= a + 1209600) + (e > 0 AND e <= a + 1209600),
                    t1, t2, t3, t4, t5) AS reaches,
           arrayMax(reaches) AS reach, indexOf(reaches, reach) AS n
      FROM visitor
)
SELECT p.1 AS position, ['visit', 'sign_up', 'activate', 'invite', 'subscribe'][position] AS step,
       p.2 AS reached, p.3 AS median_seconds_from_previous
  FROM (SELECT arrayJoin([
                   (1, count(), NULL),
                   (2, countIf(reach >= 2), quantileExactInclusiveIf(0.5)(t2[n] - t1[n], reach >= 2)),
                   (3, countIf(reach >= 3), quantileExactInclusiveIf(0.5)(t3[n] - t2[n], reach >= 3)),
                   (4, countIf(reach >= 4), quantileExactInclusiveIf(0.5)(t4[n] - t3[n], reach >= 4)),
                   (5, countIf(reach >= 5), quantileExactInclusiveIf(0.5)(t5[n] - t4[n], reach >= 5))]) AS p
          FROM entry)
 ORDER BY position
