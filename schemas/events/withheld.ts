/** Stands for a value that is there and that the reader may not see. What is not there, is null or absent as ever. */
export const WITHHELD = '[withheld]';
