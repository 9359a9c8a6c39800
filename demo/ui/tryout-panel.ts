// The two buttons that make a conflict and bring both devices back, and what is said of it.

import type { Device, DeviceState } from '../harbour/device.ts'
import { type MadeConflict, makeConflict } from '../harbour/tryout.ts'
import { capital } from './device-words.ts'
import { pageElement } from './page-element.ts'

/** The panel. */
export interface TryoutPanel {
  connect(devices: readonly [Device, Device]): void
  /** Something has changed on a device. */
  show(): void
}

/** Builds the panel over the elements of devices.html. */
export function createTryoutPanel(showError: (error: unknown) => void): TryoutPanel {
  const make = pageElement('make-conflict', HTMLButtonElement)
  const bringBack = pageElement('bring-back', HTMLButtonElement)
  const says = pageElement('tryout-says', HTMLParagraphElement)
  let devices: readonly [Device, Device] | undefined
  let isBusy = false
  let isReturning = false

  const show = (): void => {
    const states = devices?.map(({ state }) => state) ?? []
    make.disabled = states.length === 0 || !states.every(({ status }) => status.isComplete)
    const isFocused = document.activeElement === bringBack
    bringBack.disabled = !states.some(({ isOffline }) => isOffline)
    if (bringBack.disabled && isFocused) make.focus()
    if (!isReturning || states.some(({ isOffline, status }) => isOffline || status.pending.count > 0)) return
    if (new Set(states.map(bookText)).size > 1) return
    isReturning = false
    says.textContent = 'Both are back and agree: every ship is counted. What needs a decision is listed on its device.'
  }
  const run = async (work: (devices: readonly [Device, Device]) => Promise<void>): Promise<void> => {
    if (devices === undefined || isBusy) return
    isBusy = true
    try {
      await work(devices)
    } catch (error) {
      showError(error)
    } finally {
      isBusy = false
    }
  }
  make.addEventListener('click', () => {
    void run(async (both) => {
      isReturning = false
      says.textContent = madeText(await makeConflict(both))
    })
  })
  bringBack.addEventListener('click', () => {
    void run(async (both) => {
      for (const device of both) await device.setOffline(false)
      isReturning = true
      show()
    })
  })
  return {
    connect(both) {
      devices = both
      show()
    },
    show,
  }
}

/** The same text for the same lines. */
function bookText({ lines }: DeviceState): string {
  return [...lines.values()].map(({ line, ship = '', count = 0 }) => `${line}: ${ship}${count}`).join('\n')
}

function madeText({ renamedLine, givenLine }: MadeConflict): string {
  const given = givenLine === undefined ? '' : ` ${capital(givenLine)} was free, and each has given it to another ship.`
  return `Both are offline. Each has renamed the ship in ${renamedLine} and counted one.${given} Now bring them back.`
}
