"""Pages and partials of routing: one's own presence and offers, acts on conversations, settings of queues."""
