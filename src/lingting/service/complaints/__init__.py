"""Complaints from the first word to the closing cause: classes, compensation with approval, follow-up, hot spots and measures.

Cases and what is said in them belong to `desk`, promised times to `promises`, questions to departments to `workorders`.
"""
