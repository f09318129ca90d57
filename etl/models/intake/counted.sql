-- one row: how many rows came, how many of them break a rule that keeps them out, how many break none
select
    (select count(*) from landing) as landed,
    (select count(*) from quarantined) as quarantined,
    (select count(*) from accepted) as accepted
