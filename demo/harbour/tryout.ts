// A conflict to look at: both devices go offline, rename the same ship, give the same free berth away and count a ship each.

import type { Device } from './device.ts'
import { BERTHS } from './tables.ts'

const RENAMED_LINE = 'berth 1'
const SHIPS = ['Albatross', 'Bluebell', 'Cormorant', 'Dolphin', 'Endeavour', 'Fair Wind', 'Guillemot', 'Heron'] as const

/** What was made. */
export interface MadeConflict {
  readonly renamedLine: string
  /** Undefined if no berth was free on both. */
  readonly givenLine: string | undefined
}

/** Has two devices disagree. Each writes offline, so that neither knows of the other. */
export async function makeConflict(devices: readonly [Device, Device]): Promise<MadeConflict> {
  await Promise.all(devices.map((device) => device.setOffline(true)))
  const isFree = (line: string): boolean => devices.every(({ state }) => state.lines.get(line)?.ship === undefined)
  const givenLine = BERTHS.find((line) => line !== RENAMED_LINE && isFree(line))
  const inPort = new Set(devices.flatMap(({ state }) => [...state.lines.values()].map(({ ship }) => ship)))
  const names = SHIPS.filter((ship) => !inPort.has(ship))
  for (const [at, device] of devices.entries()) {
    await device.writeShip(RENAMED_LINE, names[at] ?? `Visitor ${at + 1}`)
    if (givenLine !== undefined) await device.writeShip(givenLine, names[at + devices.length] ?? `Guest ${at + 1}`)
    await device.countShip()
  }
  return { renamedLine: RENAMED_LINE, givenLine }
}
