// The desk: brings list, conversation, composer, picker and keys to life.

import { startList } from "./list.js";
import { startBulk } from "./bulk.js";
import { startConversation } from "./conversation.js";
import { startComposer } from "./composer.js";
import { startActs } from "./acts.js";
import { startSide } from "./side.js";
import { startLeaving } from "./lost.js";

startList();
startBulk();
startConversation();
startComposer();
startActs();
startSide();
startLeaving();
