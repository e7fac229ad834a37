-- The wall clock as the last rounds read it, in one row: where it jumps, times in the journal are moved along.
CREATE TABLE clock (
  at INTEGER NOT NULL
);
