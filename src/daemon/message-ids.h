/* SPDX-License-Identifier: MIT */
/*
 * message-ids.h - the MESSAGE_ID of each kind of entry (systemd.journal-fields(7))
 *
 * The message catalog has an entry for each of them.
 */
#pragma once

#define MESSAGE_ID_MESSAGE "947428f447874f2e96f810938b0563b7"
#define MESSAGE_ID_STARTED "b1a4843c99284e958b919e201d9fc521"
#define MESSAGE_ID_STOPPED "3f1253a689e84a39b57f00175b38fa18"
#define MESSAGE_ID_REFUSED "f9d8e055d6914cddb928517c4649c950"
#define MESSAGE_ID_LIMITED "fc5801490037494db250a032928cbff2"
#define MESSAGE_ID_LOST "3f1bbfda0ec846e4a2650f18ff6b7808"
#define MESSAGE_ID_SHORTAGE "9b16627508b349d89a180534ec975550"
#define MESSAGE_ID_RELIEF "70824f02127747759cd46352bac11555"
#define MESSAGE_ID_KEPT "90c1e7e30cca42ce8f3c495695439115"
#define MESSAGE_ID_PARTIAL "3260b60ec6ad4bae8bec2080c10b4607"
