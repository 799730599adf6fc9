// A dynamic provider for the same integrations as somebody would write it by hand, with axios and mssql: no look before, no
// proof after, no undo, no waiting for a pool.
const timers = require("node:timers/promises");

const axios = require("axios");
const mssql = require("mssql");

const immuta = async (method, path, data) => {
  const url = `${process.env.IMMUTA_URL}/integrations${path}`;
  const answer = await axios.request({
    method,
    url,
    data,
    headers: { Authorization: process.env.IMMUTA_API_KEY },
  });
  return answer.data;
};

const payloadOf = ({ administrator, ...inputs }) => {
  const config = {
    authenticationType: "userPassword",
    impersonation: { enabled: false },
    metadataDelimiters: { hashDelimiter: "|", hashKeyDelimiter: "-", arrayDelimiter: "," },
    ...inputs,
  };
  // Pulumi's own.
  delete config.__provider;
  return { type: "Azure Synapse Analytics", autoBootstrap: administrator === undefined, config };
};

/** sqlcmd's GO: alone in its line, in no literal and no comment. */
const batchesOf = (script) => {
  const batches = [[]];
  let [inLiteral, inComment] = [false, 0];
  for (const line of script.split(/\r?\n/)) {
    if (!inLiteral && inComment === 0 && /^\s*GO\s*(--.*)?$/i.test(line)) {
      batches.push([]);
      continue;
    }
    for (const [token] of line.matchAll(/--.*|\/\*|\*\/|'/g)) {
      if (token === "'" && inComment === 0) inLiteral = !inLiteral;
      else if (inLiteral) continue;
      else if (token === "/*") inComment++;
      else if (token === "*/") inComment--;
      else if (inComment === 0) break;
    }
    batches.at(-1).push(line);
  }
  return batches.map((lines) => lines.join("\n")).filter((text) => text.trim() !== "");
};

const runScript = async (script, { host, administrator }, database) => {
  const pool = await new mssql.ConnectionPool({
    server: process.env.IMMUTA_SQL_SERVER,
    port: Number(process.env.IMMUTA_SQL_PORT),
    user: `${administrator.username}@${host.split(".")[0]}`,
    password: administrator.password,
    database,
    requestTimeout: 300_000,
    pool: { max: 1 },
    options: {
      encrypt: true,
      serverName: host,
      appName: "peer",
      connectionIsolationLevel: 1,
      textsize: 2_147_483_647,
    },
  }).connect();
  try {
    for (const batch of batchesOf(script)) await pool.request().batch(batch);
  } finally {
    await pool.close();
  }
};

const enabled = async (id) => {
  for (;;) {
    const { status } = await immuta("get", `/${id}/status`);
    if (status === "enabled") return;
    if (/error/i.test(status)) throw new Error(`Immuta says ${status}`);
    await timers.setTimeout(500);
  }
};

const create = async (inputs) => {
  const payload = payloadOf(inputs);
  if (inputs.administrator !== undefined) {
    await runScript(await immuta("post", "/scripts/initial-create", payload), inputs, "master");
    await runScript(await immuta("post", "/scripts/create", payload), inputs, inputs.database);
  }
  const { id } = await immuta("post", "", payload);
  await enabled(id);
  return { id: String(id), outs: inputs };
};

const read = async (id, props) => {
  await immuta("get", `/${id}`);
  return { id, props };
};

const remove = async (id, inputs) => {
  const { username, password } = inputs;
  if (inputs.administrator === undefined)
    return await immuta("delete", `/${id}`, { authenticationType: "userPassword", username, password });
  const payload = payloadOf(inputs);
  await runScript(await immuta("post", `/${id}/scripts/delete`, payload), inputs, inputs.database);
  await runScript(await immuta("post", "/scripts/post-cleanup", payload), inputs, "master");
  await immuta("delete", `/${id}`);
};

module.exports = { create, read, delete: remove };
