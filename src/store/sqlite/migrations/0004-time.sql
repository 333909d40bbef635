-- What waits for its time: scheduled by whoever sent it, or held by quiet hours.

-- By category, so that what is urgent is woken as soon as it is due, however much else is due then. By campaign, for whoever sends one of its own.
CREATE INDEX message_scheduled ON message (sender_id, category, not_before) WHERE state = 'scheduled';
CREATE INDEX message_scheduled_campaign ON message (campaign_id, not_before) WHERE state = 'scheduled';
