-- oldest: 1
-- JSON: why no server may start on this store. `unfinished`: everything in another one is being copied into it, or was until somebody was interrupted. `moved`: everything
-- in it was copied to another one. While it is there `oldest` is beyond every version, for servers that know nothing of it.
ALTER TABLE meta ADD COLUMN mark text;
