select subject as key, subject, because from blind_spots order by subject
