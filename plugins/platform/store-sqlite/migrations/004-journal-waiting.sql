-- Names the header of the message, so that another one under a re-used UIDL is told from it where their sizes are the same.
ALTER TABLE journal ADD COLUMN header_print TEXT;

-- A message that stays at the ISP. notice: JSON, what somebody was told of it. ordered: fetch, delete or leave, as the administrator said.
ALTER TABLE journal ADD COLUMN notice TEXT;
ALTER TABLE journal ADD COLUMN ordered TEXT;
