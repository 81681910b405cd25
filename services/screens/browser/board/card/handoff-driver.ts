import { html, nothing, type TemplateResult } from 'lit';
import type { Order } from '../../../../../schemas/api/order-view';
import { sourceWords } from '../../../../../schemas/words/source-words';
import { icon } from '../../shared/icons';
import { say } from '../../shared/model/say';
import { sayParts } from '../../shared/say-parts';
import type { Driver } from '../../../../../projections/order/driver-details';
import { isRobot, pictureUrl, swatch, telephoneUrl, textOf, vehicleParts } from '../model/handoff/handoff';

interface Picture {
  /** Address of the picture that did not load. */
  readonly failed: string | null;
  readonly onFailure: (url: string) => void;
}

/**
 * @returns who takes the food, and with what: a block each. @param isUnseen nobody has said yet that they saw the new
 *   driver
 */
export function driverBlocks(order: Order, driver: Driver, isUnseen: boolean, picture: Picture): TemplateResult {
  const name = textOf(driver.name);
  const source = textOf(driver.source);
  return html`<div class="driver block" data-unseen=${String(isUnseen)}>
      ${pictureOf(order, driver, picture)}
      <div class="who">
        <h3><bdi class="name">${name ?? say(isRobot(order) ? 'robot.title' : 'card.nameless')}</bdi></h3>
        ${source === null ? nothing : html`<p><bdi class="source">${sourceWords(source)}</bdi></p>`} ${phoneOf(driver)}
      </div>
    </div>
    ${vehicleBlock(order, driver, isUnseen)}`;
}

function pictureOf(order: Order, driver: Driver, { failed, onFailure }: Picture): TemplateResult {
  const url = pictureUrl(driver.picture_url);
  if (url === null || url === failed) {
    return html`<div class="picture none">${icon(isRobot(order) ? 'robot' : 'person')}</div>`;
  }
  return html`<img
    class="picture"
    alt=${say('card.photo')}
    referrerpolicy="no-referrer"
    loading="lazy"
    decoding="async"
    src=${url}
    @error=${() => {
      onFailure(url);
    }}
  />`;
}

function phoneOf(driver: Driver): TemplateResult | typeof nothing {
  const number = textOf(driver.phone?.number);
  const code = textOf(driver.phone?.code);
  if (number === null && code === null) return nothing;
  const url = telephoneUrl(number);
  return html`<p class="phone">
    ${
      number === null
        ? nothing
        : url === null
          ? html`<span>${icon('phone')} <bdi>${number}</bdi></span>`
          : html`<a class="button" href=${url}>${icon('phone')} <bdi>${number}</bdi></a>`
    }
    ${code === null ? nothing : html`<span class="code">${sayParts('card.phone_code', { code: html`<bdi>${code}</bdi>` })}</span>`}
  </p>`;
}

function vehicleBlock(order: Order, driver: Driver, isUnseen: boolean): TemplateResult | typeof nothing {
  const plate = textOf(driver.vehicle_info?.license_plate);
  const vehicle = vehicleParts(driver);
  if (vehicle.length === 0 && plate === null) return nothing;
  const color = swatch(driver.vehicle_info?.color);
  const sign =
    color === null
      ? icon(isRobot(order) ? 'robot' : 'car')
      : html`<svg class="swatch" viewBox="0 0 24 24" aria-hidden="true">
          <rect x="1" y="1" width="22" height="22" rx="5" fill=${color}></rect>
        </svg>`;
  return html`<div class="vehicle block" data-unseen=${String(isUnseen)}>
    ${
      plate === null
        ? nothing
        : html`<p class="plate"><span class="unseen">${say('card.plate')}</span> <bdi>${plate}</bdi></p>`
    }
    ${
      vehicle.length === 0
        ? nothing
        : html`<p class="model">${sign} <span>${vehicle.map((part) => html`<bdi>${part}</bdi> `)}</span></p>`
    }
  </div>`;
}
