// Node's pg reads every result without registration or extra code; results.json is
// explained in psycopg_types.py.
'use strict'

const assert = require('assert')
const { Client } = require('pg')
const results = require('./results.json')

const day = (written) => new Date(`${written}T00:00`)
const same = (value) => value

const given = {
  date: day,
  daterange: ([first, end]) => `[${first},${end})`,
  interval: (minutes) => `${minutes} minutes`,
}

// What JavaScript has no type for, bigint and numeric, comes as strings.
const expected = { bigint: String, date: day }

// Some versions of pg leave a date as it is. The scale of a numeric is not promised.
const read = {
  date: (date) => (typeof date === 'string' ? day(date) : date),
  numeric: (digits) => digits.replace(/(\.\d*?)0+$/, '$1').replace(/\.$/, ''),
  interval: ({ hours = 0, minutes = 0 }) => 60 * hours + minutes,
}

const convert = (by, type, value) => (value === null ? null : (by[type] ?? same)(value))

async function check(client, result) {
  const types = Object.values(result.columns)
  const values = result.parameters.map(([type, value]) => convert(given, type, value))
  const { fields, rows } = await client.query({ text: result.query.join('\n'), values, rowMode: 'array' })
  const rowsBy = (by, all) => all.map((row) => row.map((value, i) => convert(by, types[i], value)))
  assert.deepStrictEqual(fields.map((field) => field.name), Object.keys(result.columns))
  assert.deepStrictEqual(rowsBy(read, rows), rowsBy(expected, result.rows))
}

async function main() {
  const client = new Client()
  await client.connect()
  for (const result of results) {
    console.log('node', result.of)
    await check(client, result)
  }
  await client.end()
}

main().catch((error) => {
  console.error(error)
  process.exit(1)
})
