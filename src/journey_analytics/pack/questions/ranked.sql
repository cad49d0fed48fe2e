-- How many pain points are ranked, and how many of them have a card.
select 'all' as key, count(*) as ranked, least(count(*), $top) as carded from shown_points
