import { cases } from "./cases";

cases("T-SQL errors and how far they reach", [
  {
    name: "a statement's error lets the batch go on",
    batch: "DROP USER a;\nDROP ROLE b;\nPRINT 'on'",
    expect: { numbers: [15151, 15151], lines: [1, 2], infos: ["on"] },
  },
  {
    name: "an unknown object ends the batch",
    batch: "PRINT 'a'\nSELECT * FROM t\nPRINT 'b'",
    expect: { numbers: [208], lines: [2], infos: ["a"] },
  },
  {
    name: "a syntax error keeps the batch from beginning",
    batch: "PRINT 'a'\nSELECT * FRM",
    expect: { numbers: [103010], lines: [1], infos: [] },
  },
  {
    name: "THROW ends the batch",
    batch: "PRINT 'a';\n\nTHROW 51000, 'stop', 3;\nPRINT 'b'",
    expect: { numbers: [51000], lines: [3], infos: ["a"], message: "stop" },
  },
  {
    name: "RAISERROR does not",
    batch: "RAISERROR('%s has %d', 16, 1, 'pool', 3); PRINT 'b'",
    expect: { numbers: [50000], infos: ["b"], message: "pool has 3" },
  },
  {
    name: "RAISERROR up to 10 is a message",
    batch: "RAISERROR('note', 10, 1) WITH NOWAIT",
    expect: { infos: ["note"] },
  },
  {
    name: "XACT_ABORT makes each error end the batch",
    batch: "SET XACT_ABORT ON; DROP USER a; PRINT 'b'",
    expect: { numbers: [15151], infos: [] },
  },
  {
    name: "TRY and CATCH",
    batch:
      "BEGIN TRY\n DROP USER a\nEND TRY\nBEGIN CATCH\n PRINT CONCAT(ERROR_NUMBER(), ' line ', ERROR_LINE())\nEND CATCH",
    expect: { infos: ["15151 line 2"] },
  },
  {
    name: "THROW in CATCH throws again",
    batch: "BEGIN TRY\n DROP USER a\nEND TRY BEGIN CATCH\n PRINT 'c';\n THROW\nEND CATCH\nPRINT 'd'",
    expect: { numbers: [15151], lines: [2], infos: ["c"] },
  },
  {
    name: "@@ERROR",
    batch: "DROP USER a\nIF @@ERROR <> 0 PRINT 'failed'",
    expect: { numbers: [15151], infos: ["failed"] },
  },
  {
    name: "line numbers in a procedure are its own",
    before: ["-- header\nCREATE PROCEDURE p AS\nPRINT 'in'\nDROP USER a"],
    batch: "\n\nEXEC p\nPRINT 'out'",
    expect: { numbers: [15151], lines: [4], infos: ["in", "out"] },
  },
  {
    name: "line numbers after comments and strings",
    batch: "/* 1\n2 */ PRINT '3\n4'\nDROP USER a",
    expect: { numbers: [15151], lines: [4] },
  },
  {
    name: "an error in dynamic text does not end the outer batch unless it must",
    batch: "EXEC('DROP USER a'); PRINT 'on'",
    expect: { numbers: [15151], infos: ["on"] },
  },
  {
    name: "a procedure's body is only looked at when it runs",
    batch: "CREATE PROCEDURE p AS SELECT * FROM later.t",
    expect: {},
  },
  {
    name: "ROLLBACK takes changes of rows back",
    before: ["CREATE TABLE t (a int)"],
    batch:
      "BEGIN TRAN; INSERT INTO t VALUES (1); DELETE FROM t; INSERT INTO t VALUES (2); ROLLBACK; SELECT COUNT(*) FROM t",
    expect: { rows: [[0]] },
  },
  {
    name: "COMMIT keeps them",
    before: ["CREATE TABLE t (a int)"],
    batch: "BEGIN TRAN; INSERT INTO t VALUES (1); COMMIT; SELECT a, @@TRANCOUNT FROM t",
    expect: { rows: [[1, 0]] },
  },
]);
