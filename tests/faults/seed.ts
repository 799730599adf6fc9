/** FAULTS_SEED chooses other walks and cases for a run of the tests; they print the one that they used. */
export const given = { seed: Number(process.env["FAULTS_SEED"] ?? 1) };
